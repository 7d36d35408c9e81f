import type { Mac } from "../../pppoe/mac.ts";
import type { SessionIdentity } from "../../pppoe/session_identity.ts";
import type { Tunnel } from "../../tunnel/tunnel.ts";
import { Endings } from "./endings.ts";
export type { EndDetail, EndSide, SessionEnd } from "./session_end.ts";
import type { SessionNames } from "./session_names.ts";

/**
 * The life of a session:
 *
 *     discovering ──PADS──▶ open ──tunnel lost──▶ held ──resumed──▶ open
 *                            │                     │
 *                            │ PADT of either side, │ the same, not resumed by the other side,
 *                            │ idle, LCP, admin,    │ grace over, another server's turn
 *                            │ address, stop        │
 *                            └──────▶ closed ◀──────┘
 *
 * A side that has not learned of the end gets one PADT; a peer that cannot be notified now is
 * notified on the next tunnel. A session is held while its peer has no tunnel.
 */
export interface Session extends SessionIdentity {
  /** Index in the session table's arrays. */
  readonly index: number;
  readonly peer: Peer;
  /** Milliseconds of the clock. */
  readonly openedAt: number;
  /** One object shared by all sessions of the same AC and service. */
  readonly names: SessionNames;
  /** The server's proof for the client that the session exists. */
  readonly proof?: Uint8Array | undefined;
}

/** A session of an earlier process. */
export type RestoredSession = Omit<Session, "index" | "peer">;

/** The other proxy, with the sessions that we share with it. It outlives its tunnels. */
export interface Peer {
  /** The client's name on the server; the server's address on the client. */
  readonly name: string;
  /** What precedes the handle in the names of its sessions. */
  readonly prefix: string;
  /** The tunnel to it; undefined while its sessions are held. */
  tunnel: Tunnel | undefined;
  /** The latest tunnel, until the client has listed its sessions on it. */
  joining: Tunnel | undefined;
  /** When the tunnel was lost, or the client last logged in without it, in milliseconds. */
  heldSince: number;
  /** Session index plus one by handle; 0 for none. */
  readonly handles: Int32Array;
  /** What this process knows of each handle. */
  readonly known: Uint8Array;
  /** Why its sessions end. */
  readonly endings: Endings;
  /** Whether the server has yet to report which of our sessions continue (client). */
  listing: boolean;
  /** Number of open sessions. */
  sessions: number;
  /** Open sessions by customer; no set is empty. */
  readonly customers: Map<Mac, Set<Session>>;
  /** Last handle assigned (server): handles are reused only after all others. */
  lastHandle: number;
  /** Whether frames of the current batch wait to be flushed. */
  touched: boolean;
}

/** Creates a peer without sessions. Untouched pages of its tables cost no memory. */
export function newPeer(
  name: string,
  now: number,
  prefix = `${encodeURIComponent(name)}.`,
): Peer {
  return {
    name,
    prefix,
    tunnel: undefined,
    joining: undefined,
    heldSince: now,
    handles: new Int32Array(0x10000),
    known: new Uint8Array(0x10000),
    endings: new Endings(),
    sessions: 0,
    customers: new Map(),
    listing: false,
    lastHandle: 0,
    touched: false,
  };
}

/** Values of `Peer.known` for a handle; 0 if it has never been used. */
export const Known = {
  /** In use now or before. */
  used: 1,
  /** The client has a session of this handle that we do not know, and was just notified. */
  declined: 2,
  /** Likewise, and already skipped once: nothing in flight refers to that session any more. */
  skipped: 3,
} as const;

/** Returns a peer's next free handle, or 0 if all are in use. */
export function nextHandle(peer: Peer): number {
  const { handles, known } = peer;
  for (let tries = 0; tries < 2 * 0xffff; tries++) {
    const handle = peer.lastHandle = peer.lastHandle % 0xffff + 1;
    if (known[handle] === Known.declined) known[handle] = Known.skipped;
    else if (handles[handle] === 0) return handle;
  }
  return 0;
}

/** The sides that are notified of a session's end. */
export interface Notify {
  wire: boolean;
  tunnel: boolean;
}

/** Both sides, because neither has ended it. */
export const NOTIFY_BOTH: Notify = { wire: true, tunnel: true };
