/**
 * Why sessions end, for the other side's log: sent ahead of the sessions' PADTs to a peer that
 * reads it (docs/protocol.md, "Ends of sessions").
 *
 *     control record "ended":  entry (3) ...
 *     entry:                   handle (2)  code of the reason (1)
 *
 * @module
 */
import { MAX_CONTROL_BODY } from "./record/record.ts";

const ENTRY = 3;
/** Maximum entries per record. */
const PER_RECORD = Math.floor(MAX_CONTROL_BODY / ENTRY);

/** A session's end. */
export interface EndedSession {
  /** 1 to 65,535. */
  readonly handle: number;
  /** 0 to 255. */
  readonly code: number;
}

/** Encodes the bodies of the records that report these ends; no record for none. */
export function encodeEnded(ended: readonly EndedSession[]): Uint8Array[] {
  const bodies: Uint8Array[] = [];
  for (let from = 0; from < ended.length; from += PER_RECORD) {
    const part = ended.slice(from, from + PER_RECORD);
    const body = new Uint8Array(part.length * ENTRY);
    const view = new DataView(body.buffer);
    part.forEach(({ handle, code }, index) => {
      view.setUint16(index * ENTRY, handle);
      view.setUint8(index * ENTRY + 2, code);
    });
    bodies.push(body);
  }
  return bodies;
}

/** Decodes one record; undefined if it is malformed. */
export function decodeEnded(body: Uint8Array): EndedSession[] | undefined {
  if (body.length === 0 || body.length % ENTRY !== 0) return undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const ended: EndedSession[] = [];
  for (let at = 0; at < body.length; at += ENTRY) {
    ended.push({ handle: view.getUint16(at), code: view.getUint8(at + 2) });
  }
  return ended;
}
