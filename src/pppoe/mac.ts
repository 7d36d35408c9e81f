/**
 * A MAC address as a 48-bit big-endian number: comparable with ===, usable as a Map key, no
 * allocation.
 */
export type Mac = number;

/** ff:ff:ff:ff:ff:ff */
export const BROADCAST: Mac = 0xffff_ffff_ffff;

/** Reads the address in `bytes[at, at + 6)`. */
export function readMac(bytes: Uint8Array, at: number): Mac {
  const high = bytes[at] << 8 | bytes[at + 1];
  const low = bytes[at + 2] << 24 | bytes[at + 3] << 16 | bytes[at + 4] << 8 | bytes[at + 5];
  return high * 0x1_0000_0000 + (low >>> 0);
}

/** Writes an address to `bytes[at, at + 6)`. */
export function writeMac(bytes: Uint8Array, at: number, mac: Mac): void {
  const high = Math.floor(mac / 0x1_0000_0000);
  const low = mac >>> 0;
  bytes[at] = high >>> 8;
  bytes[at + 1] = high;
  bytes[at + 2] = low >>> 24;
  bytes[at + 3] = low >>> 16;
  bytes[at + 4] = low >>> 8;
  bytes[at + 5] = low;
}

/** Every byte as two lower-case hexadecimal digits. */
const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Formats an address as lower-case hex pairs with colons: `02:00:5e:10:00:01`. */
export function formatMac(mac: Mac): string {
  const high = Math.floor(mac / 0x1_0000_0000);
  return `${PAIRS[high >>> 8]}:${PAIRS[high & 0xff]}:${PAIRS[mac >>> 24 & 0xff]}:` +
    `${PAIRS[mac >>> 16 & 0xff]}:${PAIRS[mac >>> 8 & 0xff]}:${PAIRS[mac & 0xff]}`;
}

/** Parses an address in the form of `formatMac`, in either case; undefined for other text. */
export function parseMac(text: string): Mac | undefined {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) return undefined;
  return parseInt(text.replaceAll(":", ""), 16);
}

/** Whether the address is multicast or broadcast (IEEE 802: first bit on the wire set). */
export function isGroupAddress(mac: Mac): boolean {
  return Math.floor(mac / 0x100_0000_0000) % 2 === 1;
}
