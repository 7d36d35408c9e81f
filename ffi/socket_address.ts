/** Internet socket addresses as the kernel reads them (ip(7), ipv6(7)). */
import { readInterface } from "./interface.ts";

const AF_INET = 2;
const AF_INET6 = 10;

/** struct sockaddr_in or sockaddr_in6 of an address such as "192.0.2.1" or "2001:db8::1". */
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

/** The index of an interface, given as such or by its name (RFC 4007 section 11). */
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
