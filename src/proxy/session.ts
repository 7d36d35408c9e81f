import type { Mac } from "../pppoe/mac.ts";
import type { Tunnel } from "../tunnel/tunnel.ts";
import type { SessionNames } from "./session_names.ts";

/**
 * A session's life:
 *
 *     discovering ──PADS──▶ open ──tunnel lost──▶ held ──resumed──▶ open
 *                            │                     │
 *                            │ PADT of either side, │ the same, not resumed by the other side,
 *                            │ idle, LCP, admin,    │ grace over, another server's turn
 *                            │ address, stop        │
 *                            └──────▶ closed ◀──────┘
 *
 * Whoever has not heard of the end gets a PADT, once; who cannot be reached hears of it on the next
 * tunnel. A session is held while its member has no tunnel.
 */
export interface Session {
  /** Place in the switch's arrays. */
  readonly index: number;
  readonly member: Member;
  /** What names the session on the tunnel: 1 to 65,535. */
  readonly handle: number;
  readonly customer: Mac;
  readonly concentrator: Mac;
  /** The id that the AC gave; what discovery frames on the tunnel carry. */
  readonly acSessionId: number;
  /** The id on this side's wire; differs from the AC's where the client proxy had to renumber. */
  readonly wireSessionId: number;
  /** Address that the peer on this side's wire has. */
  readonly remote: Mac;
  /** Address that we speak with on this side's wire. */
  readonly local: Mac;
  /** Milliseconds of the clock. */
  readonly openedAt: number;
  /** One object for all sessions of the same AC and service. */
  readonly names: SessionNames;
  /** What the server gave a client to prove the session by. */
  readonly proof?: Uint8Array | undefined;
}

/** A session of an earlier process. */
export type RestoredSession = Omit<Session, "index" | "member">;

/** Why a session ended; log field and metric label. */
export type SessionEnd =
  | "padt-customer"
  | "padt-ac"
  | "idle"
  | "gave-way" // the AC did not answer, and the same customer dialled again at a limit
  | "lcp-terminated" // the peers ended PPP's link and no PADT followed
  | "admin" // somebody asked us to
  | "ac-address" // the customer had the address of an AC, which another session has proved
  | "address-changed" // our interface has another one, and the peer knows the old
  | "tunnel-lost" // and not resumed in time
  | "not-resumed" // the other side no longer has it
  | "server-changed"
  | "client-removed" // from the server's configuration
  | "shutdown"
  | "replaced";

/** The far proxy, with the sessions that it and we have. It outlives its tunnels. */
export interface Member {
  /** The client's name on the server; the server's address on the client. */
  readonly name: string;
  /** The tunnel that leads to it; undefined while its sessions are held. */
  tunnel: Tunnel | undefined;
  /** The latest tunnel, as long as the client has not said which sessions it has. */
  joining: Tunnel | undefined;
  /** Milliseconds of the clock when the tunnel was lost. */
  heldSince: number;
  /** Session index plus one by handle; 0 where there is none. */
  readonly handles: Int32Array;
  /** What this process knows of each handle. */
  readonly known: Uint8Array;
  /** The server has not yet said which of our sessions go on (client). */
  listing: boolean;
  /** Open sessions. */
  sessions: number;
  /** Open sessions by customer; no set is empty. */
  readonly customers: Map<Mac, Set<Session>>;
  /** Last handle given out (server): handles are reused only after all others. */
  lastHandle: number;
  /** Frames of the current batch wait to be flushed. */
  touched: boolean;
}

/** A member without sessions. Untouched pages of its tables cost no memory. */
export function newMember(name: string, now: number): Member {
  return {
    name,
    tunnel: undefined,
    joining: undefined,
    heldSince: now,
    handles: new Int32Array(0x10000),
    known: new Uint8Array(0x10000),
    sessions: 0,
    customers: new Map(),
    listing: false,
    lastHandle: 0,
    touched: false,
  };
}

/** What `Member.known` says of a handle; 0 where it has never been in use. */
export const Known = {
  /** In use now or before. */
  used: 1,
  /** The client has a session under it that we do not know, and has just heard so. */
  declined: 2,
  /** The same, and its turn has gone by once: nothing under way means that session any more. */
  skipped: 3,
} as const;

/** The next free handle of a member, or 0 where all are in use. */
export function nextHandle(member: Member): number {
  const { handles, known } = member;
  for (let tries = 0; tries < 2 * 0xffff; tries++) {
    const handle = member.lastHandle = member.lastHandle % 0xffff + 1;
    if (known[handle] === Known.declined) known[handle] = Known.skipped;
    else if (handles[handle] === 0) return handle;
  }
  return 0;
}
