/** Sessions as kept in the state: with names instead of objects, and in wall-clock time. */
import type { Counters, SessionRecord } from "../state/record.ts";
import type { RestoredSession, Session } from "../proxy/session/session.ts";
import { COUNTERS, type SessionTable } from "../proxy/session/session_table.ts";

/** The two clocks, in milliseconds. */
export interface Clocks {
  /** The monotonic clock of sessions. */
  now: () => number;
  wallClock: () => number;
}

/** Returns the record of a session. */
export function recordOf(session: Session, { now, wallClock }: Clocks): SessionRecord {
  const { peer, names, index: _index, proof, ...facts } = session;
  const openedAt = Math.round(wallClock() - (now() - session.openedAt));
  return {
    ...facts,
    peer: peer.name,
    acName: names.ac,
    serviceName: names.service,
    proof: proof?.toHex() ?? "",
    openedAt,
  };
}

/** Returns the session of a record from `recordOf`, on this process's clock. */
export function restoredOf(
  { peer: _peer, acName, serviceName, proof, ...facts }: SessionRecord,
  { now, wallClock }: Clocks,
): RestoredSession {
  const openedAt = now() - (wallClock() - facts.openedAt);
  const names = { ac: acName, service: serviceName };
  return { ...facts, openedAt, names, ...(proof && { proof: Uint8Array.fromHex(proof) }) };
}

/** Returns a session's traffic; still available while its end is being reported. */
export function countersOf({ counters }: SessionTable, { index }: Session): Counters {
  const [framesFromWire, bytesFromWire, framesToWire, bytesToWire] = counters.subarray(
    index * COUNTERS,
  );
  return { framesFromWire, bytesFromWire, framesToWire, bytesToWire };
}
