import {
  CODE_SESSION,
  codeName,
  ETHERNET_HEADER,
  ETHERTYPE_DISCOVERY,
  ETHERTYPE_SESSION,
  SESSION_HEADER,
  VERSION_TYPE,
} from "../../../src/pppoe/constants.ts";
import { dumpDiscovery } from "../../../src/pppoe/dump.ts";
import { type Mac, readMac, writeMac } from "../../../src/pppoe/mac.ts";
import { readTags, type Tag } from "../../../src/pppoe/tags.ts";

/** A parsed PPPoE frame as seen by a host or a tap. */
export interface Observed {
  /** The whole frame, padding included. */
  readonly frame: Uint8Array;
  readonly source: Mac;
  readonly destination: Mac;
  /** CODE_SESSION for session frames. */
  readonly code: number;
  readonly sessionId: number;
  /** LENGTH bytes after the PPPoE header. */
  readonly payload: Uint8Array;
  /** Tags of a discovery packet; none if they are malformed. */
  readonly tags: readonly Tag[];
}

/** Parses a frame, which must not change afterwards. */
export function observe(frame: Uint8Array): Observed {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const payload = frame.subarray(SESSION_HEADER, SESSION_HEADER + view.getUint16(18));
  const session = view.getUint16(12) === ETHERTYPE_SESSION;
  const tags = session ? [] : readTags(payload);
  return {
    frame,
    source: readMac(frame, 6),
    destination: readMac(frame, 0),
    code: session ? CODE_SESSION : frame[ETHERNET_HEADER + 1],
    sessionId: view.getUint16(16),
    payload,
    tags: typeof tags === "string" ? [] : tags,
  };
}

/** Returns one line about a frame. */
export function showObserved({ frame, code, sessionId, payload }: Observed): string {
  if (code !== CODE_SESSION) return dumpDiscovery(frame, ETHERTYPE_DISCOVERY);
  return `${codeName(code)} sid ${sessionId}, ${payload.length} bytes`;
}

/** Returns a session frame (RFC 2516 section 6). */
export function sessionFrame(
  destination: Mac,
  source: Mac,
  sessionId: number,
  payload: Uint8Array,
): Uint8Array {
  const frame = new Uint8Array(SESSION_HEADER + payload.length);
  const view = new DataView(frame.buffer);
  writeMac(frame, 0, destination);
  writeMac(frame, 6, source);
  view.setUint16(12, ETHERTYPE_SESSION);
  frame[ETHERNET_HEADER] = VERSION_TYPE;
  frame[ETHERNET_HEADER + 1] = CODE_SESSION;
  view.setUint16(16, sessionId);
  view.setUint16(18, payload.length);
  frame.set(payload, SESSION_HEADER);
  return frame;
}
