/** Ends that neither peer tells of. */
import { isGroupAddress, type Mac, readMac } from "../pppoe/mac.ts";
import type { Member, Session } from "./session.ts";
import { type SessionSwitch, TELL_BOTH } from "./session_switch.ts";
import { AC_HEARD, COUNTERS } from "./session_table.ts";

/** Milliseconds since the AC was last heard in a session, at time `now` of the clock. */
export function idleTime({ table }: SessionSwitch, session: Session, now: number): number {
  return Math.max(0, now - table.counters[session.index * COUNTERS + AC_HEARD]);
}

/** Ends the sessions whose PPP link was terminated `linger` milliseconds ago, without a PADT since. */
export function endTerminated(sessions: SessionSwitch, linger: number): void {
  for (const index of sessions.lcp.over(linger)) {
    const session = sessions.table.sessions[index];
    if (session !== undefined) sessions.close(session, "lcp-terminated", TELL_BOTH);
  }
}

/**
 * Ends the sessions in which we speak with another address than `own`, the interface's: what the
 * peer sends to the old one does not reach us any more. Linux does the same to its sessions. How
 * many there were.
 */
export function endMoved(sessions: SessionSwitch, own: Uint8Array): number {
  const address = readMac(own, 0);
  const moved = [...sessions.table].filter(({ local }) => local !== address);
  for (const session of moved) sessions.close(session, "address-changed", TELL_BOTH);
  return moved.length;
}

/** Ends a member's session of this handle because somebody asked for it; false where there is none. */
export function endByAdmin(
  sessions: SessionSwitch,
  member: Member | undefined,
  handle: number,
): boolean {
  const session = member && sessions.sessionByHandle(member, handle);
  if (session === undefined) return false;
  sessions.close(session, "admin", TELL_BOTH);
  return true;
}

/** A session that is stuck at a peer. */
export interface StuckSession {
  /** The client's name on the server, the server's address on the client. */
  member?: string | undefined;
  /** The customer's or the AC's address. */
  mac: Mac;
  /** What the peer knows us by, where the session is not ours; our own address unless told. */
  local?: Mac | undefined;
  /** The AC's id, or that on this side's wire. */
  sessionId: number;
}

/**
 * Frees a session that somebody has no more use for: ours end on both sides; where we have none, the
 * station of this address on our wire gets a PADT. How many sessions were told of.
 */
export function freeStuck(sessions: SessionSwitch, own: Uint8Array, stuck: StuckSession): number {
  const found = [...sessions.table].filter((session) => isStuck(session, stuck));
  for (const session of found) sessions.close(session, "admin", TELL_BOTH);
  if (found.length > 0) return found.length;
  if (isGroupAddress(stuck.mac)) return 0;
  sessions.outlet.refuse(stuck.mac, stuck.local ?? readMac(own, 0), stuck.sessionId);
  return 1;
}

function isStuck(session: Session, { member, mac, sessionId }: StuckSession): boolean {
  return (member === undefined || session.member.name === member) &&
    (session.customer === mac || session.concentrator === mac) &&
    (session.acSessionId === sessionId || session.wireSessionId === sessionId);
}
