/** Generates frames that are well-formed, or wrong in a single place. */
import * as pppoe from "../../src/pppoe/constants.ts";
import { encodeDiscovery } from "../../src/pppoe/frame.ts";
import { BROADCAST, type Mac } from "../../src/pppoe/mac.ts";
import { encodeTags, type Tag } from "../../src/pppoe/tags.ts";
import type { Random } from "./random.ts";

/** All codes, and an undefined one. */
export const CODES: readonly number[] = [
  pppoe.CODE_PADI,
  pppoe.CODE_PADO,
  pppoe.CODE_PADR,
  pppoe.CODE_PADS,
  pppoe.CODE_PADT,
  pppoe.CODE_SESSION,
  pppoe.CODE_PADG,
  pppoe.CODE_PADC,
  pppoe.CODE_PADQ,
  pppoe.CODE_PADM,
  pppoe.CODE_PADN,
  0x42,
];

/** All tag types, and an undefined one. */
export const TAG_TYPES: readonly number[] = [
  ...Object.entries(pppoe).flatMap(([name, value]) =>
    name.startsWith("TAG_") && typeof value === "number" ? [value] : []
  ),
  0x999,
];

const MACS: readonly Mac[] = [
  BROADCAST,
  0x02_00_00_00_00_01,
  0x02_00_00_00_00_02,
  0x01_00_5e_00_00_01,
  0,
];

function word(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value);
}

/** Byte strings of the protocol, for mutation. */
export const PROTOCOL_WORDS: readonly Uint8Array[] = [
  ...TAG_TYPES.map(word),
  ...CODES.map((code) => Uint8Array.of(pppoe.VERSION_TYPE, code)),
  word(pppoe.ETHERTYPE_DISCOVERY),
  word(pppoe.ETHERTYPE_SESSION),
  word(pppoe.RESERVED_SESSION_ID),
  Uint8Array.of(0, 0, 0, 0),
  Uint8Array.of(0, 0, 0x0d, 0xe9, 1, 0xff),
  new Uint8Array(6).fill(0xff),
];

/** Generates a discovery packet that mostly follows the rules of its code. */
export function discoveryFrame(random: Random): Uint8Array {
  const code = random.pick(CODES);
  const early = code === pppoe.CODE_PADI || code === pppoe.CODE_PADO || code === pppoe.CODE_PADR;
  const tags: Tag[] = [{ type: pppoe.TAG_SERVICE_NAME, value: new Uint8Array(0) }];
  for (let left = random.below(6); left > 0; left--) tags.push(tag(random));
  const packet = {
    destination: code === pppoe.CODE_PADI ? BROADCAST : MACS[1],
    source: MACS[2],
    code,
    sessionId: early ? 0 : random.pick([0, 1, 0x1234, 0xfffe, 0xffff]),
    tags: encodeTags(tags),
  };
  if (random.oneIn(8)) packet.destination = random.pick(MACS);
  if (random.oneIn(8)) packet.source = random.pick(MACS);
  return padded(encodeDiscovery(packet), random);
}

/** Generates a session frame with a PPP payload of any protocol. */
export function sessionFrame(random: Random): Uint8Array {
  const payload = random.bytes(random.pick([0, 1, 2, 8, 46, 1_492, random.below(1_500)]));
  const head = encodeDiscovery({
    destination: MACS[1],
    source: MACS[2],
    code: pppoe.CODE_SESSION,
    sessionId: random.pick([0, 1, 0x1234, 0xffff]),
    tags: payload,
  }, pppoe.ETHERTYPE_SESSION);
  return padded(head, random);
}

function tag(random: Random): Tag {
  const value = random.bytes(random.pick([0, 1, 4, 16, 64, random.below(700)]));
  return { type: random.pick(TAG_TYPES), value };
}

/** Adds padding to some short frames, not always zeros. */
function padded(frame: Uint8Array, random: Random): Uint8Array {
  if (frame.length >= pppoe.MIN_FRAME || random.oneIn(2)) return frame;
  const out = new Uint8Array(pppoe.MIN_FRAME).fill(random.pick([0, 0xee]));
  out.set(frame);
  return out;
}
