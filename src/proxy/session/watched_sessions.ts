import type { DiscoveryOutlet } from "./discovery_sender.ts";
import type { FrameTap } from "./frame_tap.ts";
import type { LcpWatch } from "./lcp_watch.ts";
import type { Notify, Session, SessionEnd } from "./session.ts";
import type { SessionTable } from "./session_table.ts";
import type { TouchedWriters } from "./touched_writers.ts";

/** The part of `Sessions` that checks for dead sessions use. */
export interface WatchedSessions {
  readonly table: SessionTable;
  readonly writers: TouchedWriters;
  readonly outlet: DiscoveryOutlet;
  readonly lcp: LcpWatch;
  readonly tap: FrameTap | undefined;
  /** Whether the AC, rather than the customers, is on our wire. */
  readonly acOnWire: boolean;
  /** Milliseconds of the clock. */
  now(): number;
  close(session: Session, end: SessionEnd, notify: Notify): void;
}
