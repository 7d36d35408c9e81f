import type { Link } from "../../ffi/link/link.ts";
import type { LogLevel, LogLevels, Topic } from "../config/log_levels.ts";
import type { Config } from "../config/types.ts";
import type { History } from "../history/history.ts";
import type { StoredMinute } from "../history/stored_minute.ts";
import type { PastSessions } from "../state/past.ts";
import type { StoryBook } from "../stories/story_book.ts";
import type { CaptureSource } from "./captures.ts";
import type { UsedCertificate } from "./certificate_watch.ts";
import type { Monitor } from "./monitor.ts";
import type { Proxy } from "../proxy/proxy.ts";
import type { ReloadReport } from "./reload.ts";
import type { Shards } from "./shards.ts";

/** A running mode. */
export interface Daemon {
  /** The configuration in use. */
  config(): Config;
  readonly link: Link;
  readonly proxy: Proxy;
  readonly monitor: Monitor;
  /** The most recently ended sessions. */
  readonly pastSessions: PastSessions;
  /** What was carried in the last 24 hours; of a server with several threads, by this one. */
  readonly history: History;
  /** What this thread has of a minute, until now. */
  historyMinute(step: number): StoredMinute | undefined;
  /** What happened to each customer. */
  readonly stories: StoryBook;
  /** The certificates in use. */
  readonly certificates: () => readonly UsedCertificate[];
  /** Why sessions are not being saved despite `state_dir`; undefined if they are. */
  stateTrouble(): string | undefined;
  /** Wall-clock time, in milliseconds. */
  readonly startedAt: number;
  /** Time of the sessions' clock, in milliseconds. */
  now(): number;
  /**
   * Shuts down; resolves when done. Sessions end on both sides, or are kept for the next process if
   * the configuration sets `state_dir` and `final` is not set.
   */
  stop(final: boolean): Promise<void>;
  /** Returns the captures of frames; loaded on first use. */
  captures(): Promise<CaptureSource>;
  /** Dials at once instead of waiting for the next attempt. */
  retry(): void;
  /**
   * Reads the configuration file and all files named in it again, and applies what can be changed.
   * Open sessions stay, except those of clients that are no longer configured. Throws ConfigError
   * or ReloadInProgressError, and then keeps the running configuration.
   */
  reload(): Promise<ReloadReport>;
  /** Stops or resumes accepting new sessions; open ones continue. */
  drain(on: boolean): void;
  /** Whether new sessions are refused. */
  readonly draining: boolean;
  /** Sets the log level of one topic, or the default level; returns the levels then in use. */
  setLogLevel(level: LogLevel, topic?: Topic): Readonly<LogLevels>;
  /** Index of this thread's shard; 0 on the first thread. */
  readonly shard: number;
  /** The further threads of a server that has several; undefined on each of them. */
  readonly shards?: Shards | undefined;
  /** Resolves when the daemon has ended, or rejects with the error that ended it. */
  readonly ended: Promise<void>;
}
