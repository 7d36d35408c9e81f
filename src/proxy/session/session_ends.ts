/** Session ends that no PADT announces. */
import { isGroupAddress, type Mac, readMac } from "../../pppoe/mac.ts";
import type { Peer, Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";
import { NOTIFY_BOTH } from "./session.ts";
import { AC_HEARD, COUNTERS } from "./session_table.ts";

/** Returns the milliseconds since the AC was last heard in a session, at time `now`. */
export function idleTime({ table }: Sessions, session: Session, now: number): number {
  return Math.max(0, now - table.counters[session.index * COUNTERS + AC_HEARD]);
}

/**
 * Ends the sessions whose PPP link was terminated `linger` milliseconds ago without a PADT since.
 */
export function endTerminated(sessions: Sessions, linger: number): void {
  for (const index of sessions.lcp.over(linger)) {
    const session = sessions.table.sessions[index];
    if (session !== undefined) sessions.close(session, "lcp-terminated", NOTIFY_BOTH);
  }
}

/**
 * Ends the sessions in which our address is not `own`, the interface's: frames to the old address
 * no longer reach us. Linux does the same to its sessions. Returns their number.
 */
export function endMoved(sessions: Sessions, own: Uint8Array): number {
  const address = readMac(own, 0);
  const moved = [...sessions.table].filter(({ local }) => local !== address);
  for (const session of moved) sessions.close(session, "address-changed", NOTIFY_BOTH);
  return moved.length;
}

/** Ends a peer's session of this handle for an operator; returns false if there is none. */
export function endByAdmin(
  sessions: Sessions,
  peer: Peer | undefined,
  handle: number,
): boolean {
  const session = peer && sessions.sessionByHandle(peer, handle);
  if (session === undefined) return false;
  sessions.close(session, "admin", NOTIFY_BOTH);
  return true;
}

/** A session that a host still believes in. */
export interface StuckSession {
  /** The client's name on the server, the server's address on the client. */
  peer?: string | undefined;
  /** The customer's or the AC's address. */
  mac: Mac;
  /** Our address in a session that is not ours; defaults to our own address. */
  local?: Mac | undefined;
  /** The AC's id, or the one on this side's wire. */
  sessionId: number;
}

/** Ends our own sessions that a host believes in, on both sides. Returns their number. */
export function endStuck(sessions: Sessions, stuck: StuckSession): number {
  const found = [...sessions.table].filter((session) => isStuck(session, stuck));
  for (const session of found) sessions.close(session, "admin", NOTIFY_BOTH);
  return found.length;
}

/**
 * Frees a stuck session: our own ends on both sides; without one, the host with this address on our
 * wire gets a PADT. Returns the number of sessions for which a PADT was sent.
 */
export function freeStuck(sessions: Sessions, own: Uint8Array, stuck: StuckSession): number {
  const ended = endStuck(sessions, stuck);
  if (ended > 0 || isGroupAddress(stuck.mac)) return ended;
  sessions.outlet.refuse(stuck.mac, stuck.local ?? readMac(own, 0), stuck.sessionId);
  return 1;
}

function isStuck(session: Session, { peer, mac, sessionId }: StuckSession): boolean {
  return (peer === undefined || session.peer.name === peer) &&
    (session.customer === mac || session.concentrator === mac) &&
    (session.acSessionId === sessionId || session.wireSessionId === sessionId);
}
