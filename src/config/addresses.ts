import { isIPv4, isIPv6 } from "node:net";
import type { Address } from "./types.ts";

const MAX_PORT = 65_535;
/** Letters, digits and inner hyphens in labels of up to 63 (RFC 1123 section 2.1). */
const LABEL = /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/;
const MAX_NAME = 253;

/**
 * Reads `192.0.2.2:8443`, `[2001:db8::1]:8443` or `proxy.example:8443`. Returns what is wrong as
 * a text that completes "Cannot read … as an address: ".
 */
export function parseAddress(text: string): Address | string {
  if (isIPv6(text)) return withoutPort(text);
  const [, bracketed, plain, digits] = /^(?:\[(.*)\]|([^[\]]*)):(\d+)$/.exec(text) ?? [];
  if (digits === undefined) return withoutPort(text);
  const port = Number(digits);
  if (port < 1 || port > MAX_PORT) return `port ${digits} is not between 1 and ${MAX_PORT}`;
  if (bracketed !== undefined) {
    return isIPv6(bracketed) ? { host: bracketed, port } : `"${bracketed}" is no IPv6 address`;
  }
  if (plain.includes(":")) return `an IPv6 address needs brackets, as in "[2001:db8::1]:${port}"`;
  return isHost(plain) ? { host: plain, port } : `"${plain}" is neither an IPv4 address nor a name`;
}

/**
 * Address as text that `parseAddress` reads: the one name that a server has on its client, in logs,
 * metrics, the API and the state that is kept.
 */
export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether two addresses are the same, however they are written. */
export function isSameAddress(one: Address, other: Address): boolean {
  return one.port === other.port && canonicalHost(one.host) === canonicalHost(other.host);
}

/** A host in its shortest spelling and small letters (RFC 5952). */
function canonicalHost(host: string): string {
  return isIPv6(host) ? new URL(`http://[${host.split("%")[0]}]`).hostname : host.toLowerCase();
}

/** Whether this is a DNS name as certificates have it; a text of digits and dots is none. */
export function isDnsName(text: string): boolean {
  if (text.length === 0 || text.length > MAX_NAME || /^[\d.]+$/.test(text)) return false;
  return text.split(".").every((label) => LABEL.test(label));
}

/** Whether a host is this machine's loopback: 127.0.0.0/8, ::1 or "localhost". */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

function isHost(text: string): boolean {
  return isIPv4(text) || isDnsName(text);
}

function withoutPort(text: string): string {
  const example = isIPv6(text) ? `[${text}]` : isHost(text) ? text : "192.0.2.2";
  return `it needs a host and a port, as in "${example}:8443"`;
}
