/** A server's further threads, as its first thread sees them. `src/shards/` has the threads. */
import type { LogLevel, Topic } from "../config/log_levels.ts";
import type { ServerConfig } from "../config/types.ts";
import type { ServerFiles } from "../config/files/files.ts";
import type { JournalledSession } from "../state/record.ts";
import type { StoryWriter } from "../stories/story_book.ts";
import type { Ticket } from "../tunnel/admission/ticket.ts";
import type { Incoming } from "../tunnel/transport/listener.ts";
import type { CaptureReader } from "./captures.ts";
import type { RemoteRequest } from "./shard_captures.ts";
import type { Monitor } from "./monitor.ts";
import type { Elsewhere } from "./reception.ts";
import type { SessionJournal } from "./session_keeper.ts";
import type { ShardCounts } from "./shard_counts.ts";

/** The configuration of all shards, and the content of its files. */
export interface ShardSettings {
  readonly config: ServerConfig;
  readonly files: ServerFiles;
}

/** What the first thread does for the others. */
export interface ShardHost {
  readonly monitor: Monitor;
  /** Writes down what becomes of the other shards' sessions. */
  readonly journal: SessionJournal;
  /** Where the other shards' news of customers go. */
  readonly stories: StoryWriter;
  /** The interface's own address. */
  readonly mac: Uint8Array;
  /** Notes that a client was connected from an address. */
  known(client: string, host: string): void;
}

/** The further threads. The first one is shard 0. */
export interface Shards {
  readonly counts: ShardCounts;
  /**
   * Starts the threads with the sessions that are theirs, and returns all others. Throws the cause
   * if one cannot start.
   */
  start(
    settings: ShardSettings,
    host: ShardHost,
    earlier: readonly JournalledSession[],
  ): Promise<JournalledSession[]>;
  /**
   * Hands a connection to the shard of its client; undefined if that is the first. `fingerprint` is
   * the SHA-256 of the certificate that the login names.
   */
  handOver(
    incoming: Incoming,
    ticket: Ticket | undefined,
    fingerprint: Uint8Array,
  ): Elsewhere | undefined;
  /** Whether the first shard serves a client that has logged in there. */
  serves(client: string, host: string): boolean;
  /** Applies other settings; clients in `removed` are no longer configured. */
  reconfigure(settings: ShardSettings, removed: readonly string[]): void;
  drain(on: boolean): void;
  setLogLevel(level: LogLevel, topic?: Topic): void;
  /** Asks all further shards (`src/admin/api/shard_answers.ts`). */
  ask(question: string, argument: unknown): Promise<unknown[]>;
  /** Begins a capture on each further thread. */
  captures(wanted: RemoteRequest): CaptureReader[];
  /**
   * Shuts the threads down within `grace` milliseconds and a little more. Sessions are kept for a
   * later process, or ended.
   */
  stop(keep: boolean, grace: number): Promise<void>;
  /** Resolves when all threads have stopped; rejects with the error that ended one. */
  readonly ended: Promise<void>;
}
