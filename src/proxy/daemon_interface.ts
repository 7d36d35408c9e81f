import type { Link } from "../../ffi/link.ts";
import type { LogLevel, LogLevels, Topic } from "../config/log_levels.ts";
import type { Config } from "../config/types.ts";
import type { PastSessions } from "../state/past.ts";
import type { Captures } from "./captures.ts";
import type { UsedCertificate } from "./certificate_watch.ts";
import type { Monitor } from "./monitor.ts";
import type { Proxy } from "./proxy.ts";
import type { ReloadReport } from "./reload.ts";

/** A mode that is running. */
export interface Daemon {
  /** The configuration in use. */
  config(): Config;
  readonly link: Link;
  readonly proxy: Proxy;
  readonly monitor: Monitor;
  /** The last sessions that have ended. */
  readonly pastSessions: PastSessions;
  /** The certificates in use. */
  readonly certificates: () => readonly UsedCertificate[];
  /** Why sessions are not kept for now, though `state_dir` says so; undefined where all is well. */
  stateTrouble(): string | undefined;
  /** Wall clock, milliseconds. */
  readonly startedAt: number;
  /** Milliseconds of the clock of sessions. */
  now(): number;
  /**
   * Ends everything; resolves when done. Sessions end on both sides, or are kept for the next
   * process where the configuration names a place for that, and `final` is not set.
   */
  stop(final: boolean): Promise<void>;
  /** The captures of frames; loaded when they are first asked for. */
  captures(): Promise<Captures>;
  /** Dials at once instead of waiting for the next attempt. */
  retry(): void;
  /**
   * Reads the configuration's file and all files that it names anew, and takes over what can be.
   * Open sessions stay as they are, but those of clients that are no longer named. Throws ConfigError
   * and ReloadInProgressError, and all is as before then.
   */
  reload(): Promise<ReloadReport>;
  /** Takes no new sessions, or takes them again; open ones go on. */
  drain(on: boolean): void;
  /** Whether new sessions are refused. */
  readonly draining: boolean;
  /** Sets the level of one topic, or of all that have none of their own; the levels in use then. */
  setLogLevel(level: LogLevel, topic?: Topic): Readonly<LogLevels>;
  /** Resolves, or rejects with what went wrong, when the daemon has ended. */
  readonly ended: Promise<void>;
}
