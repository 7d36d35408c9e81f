/** Internet socket addresses as the kernel reads them (ip(7), ipv6(7)). */
import { readInterface } from "./interface.ts";

const AF_INET = 2;
const AF_INET6 = 10;

/** struct sockaddr_in6, the larger one. */
export const SOCKADDR_BYTES = 28;

/** One end of a connection. */
export interface SocketEnd {
  /** An IP address as text. */
  host: string;
  port: number;
}

/** The port in a struct sockaddr_in or sockaddr_in6. */
export function portOfAddress(bytes: Uint8Array): number {
  return bytes[2] << 8 | bytes[3];
}

/** Whether two addresses have the same family, port and host; IPv6 flow and zone are ignored. */
export function isSameAddress(one: Uint8Array, other: Uint8Array): boolean {
  const isIpv6 = (one[0] | one[1] << 8) === AF_INET6;
  const parts = isIpv6 ? [[0, 4], [8, 24]] : [[0, 8]];
  return parts.every(([from, to]) =>
    one.subarray(from, to).every((byte, index) => byte === other[from + index])
  );
}

/** Decodes a struct sockaddr_in or sockaddr_in6; an IPv6 zone is omitted. */
export function decodeAddress(bytes: Uint8Array): SocketEnd {
  const isIpv6 = (bytes[0] | bytes[1] << 8) === AF_INET6;
  const host = isIpv6
    ? ipv6Text(bytes.subarray(8, 24))
    : `${bytes[4]}.${bytes[5]}.${bytes[6]}.${bytes[7]}`;
  return { host, port: portOfAddress(bytes) };
}

/**
 * Formats as Deno does: the shortest form (RFC 5952), an IPv4-mapped address with its IPv4 part.
 */
function ipv6Text(bytes: Uint8Array): string {
  const isMapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff &&
    bytes[11] === 0xff;
  if (isMapped) return `::ffff:${bytes.subarray(12).join(".")}`;
  const groups = Array.from({ length: 8 }, (_, i) => bytes[2 * i] << 8 | bytes[2 * i + 1]);
  let [from, length] = [0, 1];
  for (let i = 0; i < 8; i++) {
    let zeros = 0;
    while (i + zeros < 8 && groups[i + zeros] === 0) zeros++;
    if (zeros > length) [from, length] = [i, zeros];
  }
  const text = (some: number[]): string => some.map((group) => group.toString(16)).join(":");
  if (length < 2) return text(groups);
  return `${text(groups.slice(0, from))}::${text(groups.slice(from + length))}`;
}

/**
 * Encodes an address such as "192.0.2.1" or "2001:db8::1" as struct sockaddr_in or sockaddr_in6.
 */
export function encodeAddress(host: string, port: number): Uint8Array<ArrayBuffer> {
  const isIpv6 = /^[0-9a-f:]*:[0-9a-f:.]*(%.+)?$/i.test(host);
  if (!isIpv6 && !/^\d+\.\d+\.\d+\.\d+$/.test(host)) {
    throw new TypeError(`Cannot use "${host}": it is not an IP address`);
  }
  const out = new Uint8Array(isIpv6 ? 28 : 16);
  const view = new DataView(out.buffer);
  view.setUint16(0, isIpv6 ? AF_INET6 : AF_INET, true);
  view.setUint16(2, port);
  if (!isIpv6) out.set(host.split(".").map(Number), 4);
  else {
    const [address, zone] = host.split("%");
    groupsOf(address).forEach((group, i) => view.setUint16(8 + 2 * i, group));
    if (zone !== undefined) view.setUint32(24, indexOf(zone), true);
  }
  return out;
}

/** The index of an interface, given as a number or by name (RFC 4007 section 11). */
function indexOf(zone: string): number {
  return /^\d+$/.test(zone) ? Number(zone) : readInterface(zone).index;
}

/** The eight groups of an IPv6 address (RFC 4291 section 2.2). */
function groupsOf(host: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(host);
  const text = dotted === null ? host : dotted[1] +
    [[2, 3], [4, 5]].map(([high, low]) =>
      (Number(dotted[high]) << 8 | Number(dotted[low])).toString(16)
    ).join(":");
  const [head, tail] = text.split("::").map((part) => part === "" ? [] : part.split(":"));
  const after = tail ?? [];
  const zeros = Array<string>(8 - head.length - after.length).fill("0");
  return [...head, ...zeros, ...after].map((group) => parseInt(group, 16));
}
