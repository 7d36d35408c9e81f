import { isIPv4, isIPv6 } from "node:net";
import { isHost } from "./host_names.ts";

/** Highest port (RFC 9293 section 3.1). */
export const MAX_PORT = 65_535;
/** Port that messages suggest where none is given; that of the examples. */
const EXAMPLE_PORT = 8443;
/** Hosts that stand for all addresses in other programs. */
const ANY = ["", "*"];

/** Why a text is no address: what is wrong, and what to write. */
export interface AddressFault {
  words: string;
  remedy: string;
}

/** Explains a text that is not an address with a port. */
export function addressFault(text: string): AddressFault {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0];
  if (scheme !== undefined) {
    const [, host = "", port] = /^\[?([^/]*?)\]?(?::(\d+))?\/*$/.exec(text.slice(scheme.length)) ??
      [];
    return say(`An address has no "${scheme}"`, write(host, port));
  }
  const spaced = /^(\S+)(?:\s+|,\s*)(\d+)$/.exec(text.trim());
  if (spaced !== null && isHost(spaced[1])) {
    return say(`":" is missing before the port of "${text}"`, write(spaced[1], spaced[2]));
  }
  if (text.trim() !== text) return say(`There are blanks around "${text}"`, "remove them");
  return bracketFault(text) ?? hostFault(text);
}

function say(words: string, remedy: string): AddressFault {
  return { words, remedy };
}

/** What to write for a host and a port, by default that of the examples. */
function write(host: string, port = String(EXAMPLE_PORT)): string {
  const isValid = (isHost(host) || isIPv6(host)) && isPort(port);
  if (!isValid) return `write it as in "192.0.2.2:${EXAMPLE_PORT}"`;
  return `write "${isIPv6(host) ? `[${host}]` : host}:${port}"`;
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_PORT;
}

/** Faults of IPv6 addresses and of brackets. */
function bracketFault(text: string): AddressFault | undefined {
  const [, head, tail] = /^(.*):(\d{1,5})$/.exec(text) ?? [];
  if (head !== undefined && isIPv6(head) && isLikelyPort(text, tail)) {
    return say(
      `"${text}" is an IPv6 address and a port without brackets`,
      write(head, tail),
    );
  }
  if (isIPv6(text)) return say(`"${text}" has no port`, write(text));
  const [, inside, after] = /^\[(.*)\](.*)$/.exec(text) ?? [];
  if (inside === undefined) {
    return text.includes("[") || text.includes("]")
      ? say(`"${text}" has only one bracket`, 'write it as "[2001:db8::1]:8443"')
      : undefined;
  }
  const port = /^:?(\d+)$/.exec(after)?.[1] ?? String(EXAMPLE_PORT);
  if (isHost(inside)) {
    return say("Only an IPv6 address has brackets", write(inside, port));
  }
  if (!isIPv6(inside)) {
    return say(`"${inside}" is not an IPv6 address`, 'write one, as in "[2001:db8::1]:8443"');
  }
  if (after === "") return say(`"${text}" has no port`, write(inside));
  return portFault(text, after.replace(/^:/, "")) ??
    say(`":" is missing before the port of "${text}"`, write(inside, port));
}

/** Whether the last group of what may be an IPv6 address is meant as a port. */
function isLikelyPort(text: string, tail: string): boolean {
  return !isIPv6(text) || (tail.length >= 2 && Number(tail) <= MAX_PORT);
}

/** Faults of IPv4 addresses and names. */
function hostFault(text: string): AddressFault {
  if (/^\d{1,5}$/.test(text)) {
    return say(`"${text}" is a port without an address`, write("0.0.0.0", text));
  }
  const [, host, port] = /^(.*?)(?::([^:]*))?$/s.exec(text) ?? ["", text];
  if (port === undefined || port === "") {
    return say(`"${text}" has no port`, write(host));
  }
  if (ANY.includes(host)) {
    return say(
      `"${text}" has no address before the port`,
      `write "0.0.0.0:${port}" or, for IPv6 too, "[::]:${port}"`,
    );
  }
  return portFault(text, port) ?? nameFault(host, port);
}

function portFault(text: string, port: string): AddressFault | undefined {
  if (isPort(port)) return undefined;
  return /^\d+$/.test(port)
    ? say(`Port ${port} is not between 1 and ${MAX_PORT}`, "write the port that the server uses")
    : say(`The port of "${text}" is not a number`, `write it as in "192.0.2.2:${EXAMPLE_PORT}"`);
}

function nameFault(host: string, port: string): AddressFault {
  if (host.includes("/")) {
    return say(`"${host}" is a network, not an address`, write(host.split("/")[0], port));
  }
  if (/^[\d.]+$/.test(host) && !isIPv4(host)) {
    return say(
      `"${host}" is not an IPv4 address`,
      "write four numbers from 0 to 255 with dots between them",
    );
  }
  return say(`"${host}" is neither an IP address nor a name`, `write it as in "192.0.2.2:${port}"`);
}
