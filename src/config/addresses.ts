import { isIPv4, isIPv6 } from "node:net";
import type { Address } from "./types.ts";

const MAX_PORT = 65_535;
/** DNS label: up to 63 letters, digits, underscores and inner hyphens (RFC 1123 section 2.1). */
const LABEL = /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/;
/** Maximum length of a DNS name, in characters (RFC 1035 section 2.3.4). */
const MAX_NAME = 253;

/**
 * Parses `192.0.2.2:8443`, `[2001:db8::1]:8443` or `proxy.example:8443`. For invalid text it
 * returns the reason, which completes "Cannot read … as an address: ".
 */
export function parseAddress(text: string): Address | string {
  if (isIPv6(text)) return withoutPort(text);
  const [, bracketed, plain, digits] = /^(?:\[(.*)\]|([^[\]]*)):(\d+)$/.exec(text) ?? [];
  if (digits === undefined) return withoutPort(text);
  const port = Number(digits);
  if (port < 1 || port > MAX_PORT) return `port ${digits} is not between 1 and ${MAX_PORT}`;
  if (bracketed !== undefined) {
    return isIPv6(bracketed) ? { host: bracketed, port } : `"${bracketed}" is not an IPv6 address`;
  }
  if (plain.includes(":")) return `an IPv6 address needs brackets, as in "[2001:db8::1]:${port}"`;
  return isHost(plain) ? { host: plain, port } : `"${plain}" is neither an IPv4 address nor a name`;
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

/** The canonical spelling of a host: lower case, IPv6 in its shortest form (RFC 5952). */
function canonicalHost(host: string): string {
  return isIPv6(host) ? new URL(`http://[${host.split("%")[0]}]`).hostname : host.toLowerCase();
}

/** Whether a text is a DNS name as used in certificates; digits and dots alone are not one. */
export function isDnsName(text: string): boolean {
  if (text.length === 0 || text.length > MAX_NAME || /^[\d.]+$/.test(text)) return false;
  return text.split(".").every((label) => LABEL.test(label));
}

/** Whether a host is a loopback address (127.0.0.0/8 or ::1) or "localhost". */
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
