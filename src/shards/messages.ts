/** Messages between the first thread and the others: plain data, which is copied. */
import type { LogLevel, Topic } from "../config/log_levels.ts";
import type { ShardSettings } from "../daemon/shards.ts";
import type { EventKind } from "../daemon/event_feed.ts";
import type { Counters, JournalledSession, SessionRecord } from "../state/record.ts";
import type { TunnelEnd } from "../tunnel/close_reason.ts";
import type { Mac } from "../pppoe/mac.ts";
import type { StoryNews } from "../stories/story.ts";
import type { ReleasedConnection } from "../tunnel/transport/listener.ts";

/** What a thread needs to start. */
export interface ShardStart extends ShardSettings {
  index: number;
  count: number;
  /** Of `ShardCounts`. */
  counts: SharedArrayBuffer;
  /** Sessions of an earlier process that belong here. */
  earlier: readonly JournalledSession[];
}

/** A connection, and the SHA-256 of the certificate that its login names. */
export type HandedConnection = ReleasedConnection & { readonly fingerprint: Uint8Array };

/** A customer's news on their way to the first thread, which has the stories. */
export type StoryMail = readonly [owner: string, customer: Mac, news: StoryNews];

/** To a shard's thread. */
export type ToShard =
  | ({ kind: "start" } & ShardStart)
  /** A connection whose hello is known and unread. */
  | { kind: "connection"; id: number; connection: HandedConnection }
  /** A connection's time is over, or its place is needed. */
  | { kind: "close"; id: number }
  /** Answers "login": whether the client is served here. */
  | { kind: "served"; id: number; here: boolean }
  | ({ kind: "reconfigure"; removed: readonly string[] } & ShardSettings)
  | { kind: "drain"; on: boolean }
  | { kind: "log-level"; level: LogLevel; topic: Topic | undefined }
  | { kind: "question"; id: number; question: string; argument: unknown }
  | { kind: "stop"; keep: boolean };

/** From a shard's thread. */
export type FromShard =
  | { kind: "started" }
  | { kind: "failed"; error: Error }
  /** A client has proved its name. */
  | { kind: "login"; id: number; client: string }
  /** A connection has ended without that. */
  | { kind: "refused"; id: number; end: TunnelEnd }
  /** A client's tunnel has ended. */
  | { kind: "left"; client: string; host: string }
  | { kind: "opened"; session: SessionRecord }
  | { kind: "closed"; session: SessionRecord; end: string; counters: Counters | undefined }
  /** Counters of all open sessions. */
  | { kind: "counted"; sessions: readonly [key: string, counters: Counters][] }
  /** What discovery has done for customers. */
  | { kind: "stories"; mail: readonly StoryMail[] }
  | { kind: "event"; event: EventKind; facts: Readonly<Record<string, unknown>> }
  | { kind: "answer"; id: number; answer: unknown; error?: string }
  | { kind: "stopped" };
