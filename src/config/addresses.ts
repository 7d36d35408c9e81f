import { isIPv4, isIPv6 } from "node:net";
import { type AddressFault, addressFault, MAX_PORT } from "./address_fault.ts";
import { isHost } from "./host_names.ts";
import type { Address } from "./types.ts";

/** Parses `192.0.2.2:8443`, `[2001:db8::1]:8443` or `proxy.example:8443`, or says why not. */
export function parseAddress(text: string): Address | AddressFault {
  const [, bracketed, plain, digits] = /^(?:\[(.*)\]|([^[\]]*)):(\d+)$/.exec(text) ?? [];
  if (digits === undefined || isIPv6(text)) return addressFault(text);
  const port = Number(digits);
  const host = bracketed ?? plain;
  const isValid = bracketed === undefined ? isHost(plain) : isIPv6(bracketed);
  return isValid && port >= 1 && port <= MAX_PORT ? { host, port } : addressFault(text);
}

/**
 * Formats an address as text that `parseAddress` reads. A client identifies a server by this text
 * in logs, metrics, the API and the session database.
 */
export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether two addresses are the same, regardless of spelling. */
export function isSameAddress(one: Address, other: Address): boolean {
  return one.port === other.port && canonicalHost(one.host) === canonicalHost(other.host);
}

/** An IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2) in its shortest form, in brackets. */
const MAPPED = /^\[::ffff:([\da-f]{1,4}):([\da-f]{1,4})\]$/;

/**
 * The canonical spelling of a host: names in lower case without the final dot, IPv6 in its shortest
 * form (RFC 5952) with its zone (RFC 4007), IPv4-mapped IPv6 as IPv4.
 */
function canonicalHost(host: string): string {
  if (!isIPv6(host)) return host.toLowerCase().replace(/\.$/, "");
  const [address, zone] = host.split("%");
  const { hostname } = new URL(`http://[${address}]`);
  if (zone !== undefined) return `${hostname}%${zone}`;
  const [, high, low] = MAPPED.exec(hostname) ?? [];
  if (high === undefined || low === undefined) return hostname;
  const [one, two] = [parseInt(high, 16), parseInt(low, 16)];
  return [one >> 8, one & 0xff, two >> 8, two & 0xff].join(".");
}

/** Whether no two sockets can listen on both: the same address, or one is every address of a family. */
export function overlap(one: Address, other: Address): boolean {
  if (one.port !== other.port) return false;
  const hosts = [canonicalHost(one.host), canonicalHost(other.host)];
  // A socket of [::] takes IPv4 too (IPV6_V6ONLY, ipv6(7)).
  return hosts[0] === hosts[1] || hosts.includes("[::]") ||
    hosts.includes("0.0.0.0") && hosts.every((host) => !host.startsWith("["));
}

/** Whether a host is a loopback address (127.0.0.0/8 or ::1) or "localhost". */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}
