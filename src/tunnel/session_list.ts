/**
 * A client's first records on every new tunnel: the sessions that it has with this server, so that
 * both ends resume the same ones (docs/protocol.md, "Resuming").
 *
 *     control record "sessions":  flags (1)  entry (16) ...
 *     flags:                      bit 0: this is the last record of the list
 *     entry:                      handle (2)  session id of the AC (2)  customer (6)  AC (6)
 *     control record "resumed":   number of resumed sessions (4)
 *
 * @module
 */
import { type Mac, readMac, writeMac } from "../pppoe/mac.ts";
import { MAX_CONTROL_BODY } from "./record/record.ts";

const ENTRY = 16;
const LAST = 1;
/** Maximum entries per record. */
const PER_RECORD = Math.floor((MAX_CONTROL_BODY - 1) / ENTRY);

/** One session, as both ends know it. */
export interface ListedSession {
  /** 1 to 65,535. */
  readonly handle: number;
  readonly acSessionId: number;
  readonly customer: Mac;
  readonly concentrator: Mac;
}

/** Encodes the bodies of the records that list these sessions; at least one record. */
export function encodeSessionList(sessions: Iterable<ListedSession>): Uint8Array[] {
  const all = [...sessions];
  const bodies: Uint8Array[] = [];
  do {
    bodies.push(encode(all.splice(0, PER_RECORD), all.length === 0));
  } while (all.length > 0);
  return bodies;
}

function encode(sessions: readonly ListedSession[], last: boolean): Uint8Array {
  const body = new Uint8Array(1 + sessions.length * ENTRY);
  const view = new DataView(body.buffer);
  body[0] = last ? LAST : 0;
  sessions.forEach(({ handle, acSessionId, customer, concentrator }, i) => {
    const at = 1 + i * ENTRY;
    view.setUint16(at, handle);
    view.setUint16(at + 2, acSessionId);
    writeMac(body, at + 4, customer);
    writeMac(body, at + 10, concentrator);
  });
  return body;
}

/** Decodes one record of a list; undefined if it is malformed. */
export function decodeSessionList(
  body: Uint8Array,
): { sessions: ListedSession[]; last: boolean } | undefined {
  if (body.length === 0 || (body.length - 1) % ENTRY !== 0 || body[0] > LAST) return undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const sessions: ListedSession[] = [];
  for (let at = 1; at < body.length; at += ENTRY) {
    sessions.push({
      handle: view.getUint16(at),
      acSessionId: view.getUint16(at + 2),
      customer: readMac(body, at + 4),
      concentrator: readMac(body, at + 10),
    });
  }
  return { sessions, last: body[0] === LAST };
}

/** Encodes the body of the answer to a list. */
export function encodeResumed(count: number): Uint8Array {
  const body = new Uint8Array(4);
  new DataView(body.buffer).setUint32(0, count);
  return body;
}

/** Decodes the answer to a list; undefined if it is malformed. */
export function decodeResumed(body: Uint8Array): number | undefined {
  return body.length === 4 ? new DataView(body.buffer, body.byteOffset, 4).getUint32(0) : undefined;
}
