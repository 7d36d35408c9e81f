/** The stored fields of a session, and the checks when they are read back. */
import { crc32 } from "node:zlib";
import { isGroupAddress, type Mac } from "../pppoe/mac.ts";
import type { SessionIdentity } from "../pppoe/session_identity.ts";

/** A session, as known in both modes. */
export interface SessionRecord extends SessionIdentity {
  /** The client's name on the server; the server's address on the client. */
  readonly peer: string;
  /** Names of the AC and of the service; empty if not given. */
  readonly acName: string;
  readonly serviceName: string;
  /**
   * The server's proof with which the client resumes the session, in hexadecimal; empty if none.
   */
  readonly proof: string;
  /** Wall clock, milliseconds. */
  readonly openedAt: number;
}

/** Frames, and bytes of their PPP payload, each way; as seen from this side's wire. */
export interface Counters {
  framesFromWire: number;
  bytesFromWire: number;
  framesToWire: number;
  bytesToWire: number;
}

/** A session that was open when the store was last written. */
export interface JournalledSession extends SessionRecord {
  /** The counters as last saved. */
  readonly counters: Readonly<Counters>;
  /** When the counters were saved: wall clock, milliseconds. */
  readonly savedAt: number;
}

/** Counters of a new session. */
export const NO_COUNTERS: Readonly<Counters> = {
  framesFromWire: 0,
  bytesFromWire: 0,
  framesToWire: 0,
  bytesToWire: 0,
};

/** Maximum length of a plausible peer name, in characters. */
const MAX_PEER = 1_024;

/** A proof has 16 bytes. */
const PROOF = /^(?:[0-9a-f]{32})?$/;

/** A value of a column. */
export type Value = string | number;

/**
 * Identifies a session by its addresses and id on the wire, which are unique among the open
 * sessions of a link.
 */
export function wireKey({ remote, local, wireSessionId }: SessionRecord): string {
  return `${remote}/${local}/${wireSessionId}`;
}

/**
 * CRC-32 of a row's other columns. SQLite detects damage to its structure but not to values, and a
 * changed handle would send one customer's frames to another.
 */
export function rowCheck(values: readonly Value[]): number {
  return crc32(JSON.stringify(values));
}

/** Returns the values of a row without its checksum; undefined if they are not what was written. */
export function checkedValues(row: Record<string, unknown>): Value[] | undefined {
  const values: Value[] = [];
  for (const value of Object.values(row)) {
    if (typeof value === "string") values.push(value);
    else if (typeof value === "bigint") values.push(Number(value));
    else return undefined;
  }
  return values.pop() === rowCheck(values) ? values : undefined;
}

/** Whether a record could describe a session (RFC 2516 sections 4 and 5). */
export function isPlausible(record: SessionRecord): boolean {
  const { peer, handle, acSessionId, wireSessionId, openedAt } = record;
  return peer !== "" && peer.length <= MAX_PEER &&
    isBetween(handle, 1, 0xffff) &&
    isBetween(acSessionId, 1, 0xfffe) && isBetween(wireSessionId, 1, 0xfffe) &&
    isStation(record.customer) && isStation(record.concentrator) &&
    isStation(record.remote) && isStation(record.local) &&
    PROOF.test(record.proof) &&
    isBetween(openedAt, 0, Number.MAX_SAFE_INTEGER);
}

/** Whether all counters are whole numbers. */
export function areCounters(counters: Counters): boolean {
  return [
    counters.framesFromWire,
    counters.bytesFromWire,
    counters.framesToWire,
    counters.bytesToWire,
  ].every((count) => isBetween(count, 0, Number.MAX_SAFE_INTEGER));
}

function isStation(mac: Mac): boolean {
  return isBetween(mac, 1, 0xffff_ffff_ffff) && !isGroupAddress(mac);
}

function isBetween(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
