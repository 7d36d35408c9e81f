import type { Link } from "../../../ffi/link/link.ts";
import type { LoginRefusal } from "../../pppoe/authentication.ts";
import type { Mac } from "../../pppoe/mac.ts";
import type { DiscoveryStory } from "./discovery_story.ts";
import type { Drops } from "./drops.ts";
import type { HostUniqMode } from "../discovery/host_uniq.ts";
import type { AcRefusal } from "../discovery/ac_refusal.ts";
import type { SilenceReport } from "../discovery/ac_silence.ts";
import type { LateAnswer } from "../discovery/late_answer.ts";
import type { Pacing } from "../discovery/pacing.ts";
import type { PadiRates } from "../discovery/padi_shaper.ts";
import type { EndDetail, Session, SessionEnd } from "./session.ts";
import type { SessionTable } from "./session_table.ts";

/** Source address on a proxy's wire: its interface's own, or the other side's hosts' addresses. */
export type MacPolicy = "own" | "transparent";

/** Limits of both modes: a snapshot, which `Proxy.reconfigure` replaces. */
export interface ProxyLimits extends Readonly<PadiRates> {
  readonly sessions: number;
  readonly sessionsPerCustomer: number;
  /** Returns the maximum number of sessions of a client. */
  readonly sessionsOf: (client: string) => number;
  readonly pendingDiscoveries: number;
  /** Time in which answers to a request are accepted, in milliseconds. */
  readonly timeout: number;
}

/** Dependencies of both modes. */
export interface ProxyOptions {
  link: Link;
  etherTypes: readonly [discovery: number, session: number];
  limits: ProxyLimits;
  /** Returns what precedes the handle in the names of a peer's sessions. */
  sessionPrefix?: (peer: string) => string;
  /** Returns the number of sessions of other threads, which count for `limits.sessions` too. */
  sessionsElsewhere?: () => number;
  drops: Drops;
  /** Monotonic clock, in milliseconds. */
  now: () => number;
  /** Calls back after this many milliseconds of the same clock. */
  later: (milliseconds: number, run: () => void) => void;
  /**
   * Whether this machine's own kernel has this session with a host; returns `ifUnknown` if that
   * cannot be determined.
   */
  isHostSession?: (remote: Mac, sessionId: number, ifUnknown: boolean) => boolean;
  /** A server's secret that outlives its process; clients use it to prove their sessions. */
  proofSecret?: string;
  /** Returns this many bytes from a cryptographic source. */
  randomBytes: (length: number) => Uint8Array;
  /** Called for every session that opens (no end) or ends; the table still has its counters. */
  observe: (
    session: Session,
    end: SessionEnd | undefined,
    table: SessionTable,
    detail?: EndDetail,
  ) => void;
  /** Notes what discovery does for each customer. */
  story?: DiscoveryStory;
  /**
   * Called when PADIs start to wait for their turn at an AC, and (with undefined) when they stop.
   */
  paced?: (pacing: Pacing | undefined) => void;
  /** Called when an answer to a request has error tags. */
  refused?: (refusal: AcRefusal) => void;
  /** Called when an AC answers a request that nobody waits for any more. */
  late?: (answer: LateAnswer) => void;
  /** Called when an AC refuses a login in PPP. */
  loginRefused?: (session: Session, refusal: LoginRefusal) => void;
  /** Called when no AC has answered for a while, and when one answers again. */
  silent?: (report: SilenceReport) => void;
  /** Called for every discovery frame sent, for the debug log. */
  trace: (way: "to-wire" | "to-client" | "to-server", frame: Uint8Array, facts: object) => void;
}

/** Settings of a server's discovery. */
export interface ServerPolicy {
  mac: MacPolicy;
  hostUniq: HostUniqMode;
}

/** Settings of a client's discovery. */
export interface ClientPolicy {
  mac: MacPolicy;
}
