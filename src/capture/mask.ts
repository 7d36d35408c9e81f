/** Masks customers' credentials in a copy of a PPP frame. */
import { TAG_CREDITS } from "../pppoe/constants.ts";
import { pppProtocol } from "../pppoe/ppp.ts";

/** Replaces each masked byte. */
export const MASK = 0x2a; // "*"

const PROTOCOL_LCP = 0xc021;
const PROTOCOL_PAP = 0xc023;
const PROTOCOL_CHAP = 0xc223;
const PROTOCOL_EAP = 0xc227;

/** All authentication protocols in IANA's registry of PPP numbers. */
const AUTHENTICATION: ReadonlySet<number> = new Set([
  PROTOCOL_PAP,
  0xc027, // Shiva PAP
  0xc123, // proprietary
  PROTOCOL_CHAP,
  0xc225, // RSA
  PROTOCOL_EAP,
  0xc229, // Mitsubishi security information exchange
  0xc26f, // Stampede bridging authorization
  0xc281, // proprietary
  0xc283, // proprietary node id
  0xc481, // proprietary node id authentication
]);

/** Size of code, identifier and length, the same in all control protocols (RFC 1661 section 5). */
const HEAD = 4;
const LCP_PROTOCOL_REJECT = 8;
/** Size of the credit tag in front of a PPP frame: tag, length, FCN, BCN (RFC 5578 section 3.3). */
const CREDIT_TAG = 8;
/** Address and control field, which PPPoE omits but some peers send. */
const ALL_STATIONS = 0xff03;

/**
 * Masks the PPP frame of `length` bytes at `at`, in place: names and passwords of PAP, values and
 * names of CHAP, data of EAP and of all other authentication protocols, and texts of their answers,
 * also where LCP returns such a packet as rejected. Lengths stay, and so do code, identifier and
 * the length fields of the parts, unless they contradict one another. Returns whether anything was
 * masked.
 */
export function maskSecrets(bytes: Uint8Array, at: number, length: number): boolean {
  const end = at + length;
  let from = at;
  if (word(bytes, from, end) === TAG_CREDITS) from += CREDIT_TAG;
  if (word(bytes, from, end) === ALL_STATIONS) from += 2;
  const protocol = pppProtocol(bytes, from, Math.max(0, end - from));
  if (protocol < 0xc000) return false; // authentication and LCP are link layer protocols
  const packet = from + 2;
  if (AUTHENTICATION.has(protocol)) {
    maskPacket(protocol, bytes, packet, end);
    return true;
  }
  if (protocol !== PROTOCOL_LCP || bytes[packet] !== LCP_PROTOCOL_REJECT) return false;
  const rejected = word(bytes, packet + HEAD, end);
  if (!AUTHENTICATION.has(rejected)) return false;
  maskPacket(rejected, bytes, packet + HEAD + 2, end);
  return true;
}

/** Reads the two bytes at `at`, or returns -1 beyond the end of the frame. */
function word(bytes: Uint8Array, at: number, end: number): number {
  return at + 2 <= end ? bytes[at] << 8 | bytes[at + 1] : -1;
}

/** Masks an authentication packet, `bytes[at, end)`. */
function maskPacket(protocol: number, bytes: Uint8Array, at: number, end: number): void {
  const body = at + HEAD;
  if (body >= end) return;
  const stop = at + word(bytes, at + 2, end);
  const [code] = bytes.subarray(at, at + 1);
  if (protocol === PROTOCOL_PAP) maskPap(code, bytes, body, stop, end);
  else if (protocol === PROTOCOL_CHAP) maskChap(code, bytes, body, stop, end);
  else if (protocol === PROTOCOL_EAP) {
    bytes.fill(MASK, code === 1 || code === 2 ? body + 1 : body, end);
  } else bytes.fill(MASK, body, end);
}

/** Authenticate-Request: two counted texts; the answers: one (RFC 1334 section 2.2). */
function maskPap(code: number, bytes: Uint8Array, body: number, stop: number, end: number): void {
  const first = bytes[body];
  const second = code === 1 ? body + 1 + first : -1;
  const last = code === 1 ? second + 1 + (second < stop ? bytes[second] : 0) : body + 1 + first;
  // A count that does not lead to the packet's end may be a byte of the password.
  const sound = last === stop && stop <= end && second < stop;
  bytes.fill(MASK, sound ? body + 1 : body, sound && second > 0 ? second : end);
  if (sound && second > 0) bytes.fill(MASK, second + 1, end);
}

/** Challenge and Response: a counted value and a name; Success and Failure: text (RFC 1994 section 4). */
function maskChap(code: number, bytes: Uint8Array, body: number, stop: number, end: number): void {
  const sound = (code === 1 || code === 2) && body + 1 + bytes[body] <= stop && stop <= end;
  bytes.fill(MASK, sound ? body + 1 : body, end);
}
