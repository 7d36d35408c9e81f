import type { Link } from "../../ffi/link.ts";
import type { Mac } from "../pppoe/mac.ts";
import type { Drops } from "./drops.ts";
import type { HostUniqMode } from "./host_uniq.ts";
import type { Pacing } from "./pacing.ts";
import type { PadiRates } from "./padi_shaper.ts";
import type { Session, SessionEnd } from "./session.ts";
import type { SessionTable } from "./session_table.ts";

/** How a proxy speaks on its wire: with its interface's address, or with the far peers' own. */
export type MacPolicy = "own" | "transparent";

/** Limits of both modes: a snapshot, which `Proxy.reconfigure` replaces. */
export interface ProxyLimits extends Readonly<PadiRates> {
  readonly sessions: number;
  readonly sessionsPerCustomer: number;
  /** Sessions that a client may have. */
  readonly sessionsOf: (client: string) => number;
  readonly pendingDiscoveries: number;
  /** Milliseconds for which answers to a request are accepted. */
  readonly timeout: number;
}

/** What both modes are made of. */
export interface ProxyOptions {
  link: Link;
  etherTypes: readonly [discovery: number, session: number];
  limits: ProxyLimits;
  drops: Drops;
  /** Milliseconds of a steady clock. */
  now: () => number;
  /** Calls back after so many milliseconds of the same clock. */
  later: (milliseconds: number, run: () => void) => void;
  /** Whether the host's own kernel has this session with a peer; `ifUnknown` where that cannot be told. */
  isHostSession?: (remote: Mac, sessionId: number, ifUnknown: boolean) => boolean;
  /** A server's secret that outlives its process; clients prove their sessions by it. */
  proofSecret?: string;
  /** That many bytes from a cryptographic source. */
  randomBytes: (length: number) => Uint8Array;
  /** Told of every session that opens (no end) or ends; the table still has its counters. */
  observe: (session: Session, end: SessionEnd | undefined, table: SessionTable) => void;
  /** Told where PADIs begin to wait for their turn at an AC, and (undefined) where they no longer do. */
  paced?: (pacing: Pacing | undefined) => void;
  /** Shown every discovery frame that leaves, for the debug log. */
  trace: (way: "to-wire" | "to-client" | "to-server", frame: Uint8Array, facts: object) => void;
}

/** What a server decides by. */
export interface ServerPolicy {
  mac: MacPolicy;
  hostUniq: HostUniqMode;
}

/** What a client decides by. */
export interface ClientPolicy {
  mac: MacPolicy;
}
