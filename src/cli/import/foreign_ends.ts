/** What the command lines of other programs say about the two ends of a line. */
import { parseAddress } from "../../config/addresses.ts";
import { sentence } from "../../config/finding.ts";
import type { Address } from "../../config/types.ts";
import { didYouMean } from "../../config/suggest.ts";
import type { ForeignCommand } from "./command_words.ts";
import { ImportError } from "./import_error.ts";

/** The server's end, as far as a command line says it. */
export interface ServerEnd {
  interface: string;
  /** Host "" means all addresses. */
  listen: Address | undefined;
  /** The only address from which clients could connect. */
  allowed?: string;
  /** Maximum number of sessions. */
  sessions?: number;
  /** Seconds; 0 for never. */
  idleTimeout?: number;
}

/** A client's end. */
export interface ClientEnd {
  interface: string;
  connect: Address | undefined;
}

/** Both kinds of ends, in the order of the commands. */
export interface ForeignEnds {
  servers: ServerEnd[];
  clients: ClientEnd[];
}

/** pppoeproxy's flags and their defaults (its main.go); "" is no value. */
const PPPOEPROXY = { interface: "", mode: "client", address: "", allow: "127.0.0.1" };
type Flag = keyof typeof PPPOEPROXY;

/** Reads commands. Throws ImportError for what a program itself would refuse. */
export function endsOf(commands: readonly ForeignCommand[]): ForeignEnds {
  const parts = commands.map(({ program, args }) =>
    program === "pppoeproxy" ? readPppoeproxy(args) : readRelay(args)
  );
  return {
    servers: parts.flatMap(({ servers }) => servers),
    clients: parts.flatMap(({ clients }) => clients),
  };
}

function readPppoeproxy(args: readonly string[]): ForeignEnds {
  const flags = readGoFlags(args);
  if (flags.interface === "") throw new ImportError("pppoeproxy needs -interface");
  if (flags.mode === "client") {
    const client = { interface: flags.interface, connect: readAddress(flags.address) };
    return { servers: [], clients: [client] };
  }
  if (flags.mode !== "server") {
    throw new ImportError(`pppoeproxy's -mode is client or server, not "${flags.mode}"`);
  }
  const listen = readAddress(flags.address);
  const server = { interface: flags.interface, listen, allowed: flags.allow };
  return { servers: [server], clients: [] };
}

/** `-name value`, `-name=value`, and the same with two hyphens (Go's package flag). */
function readGoFlags(args: readonly string[]): Record<Flag, string> {
  const flags = { ...PPPOEPROXY };
  for (let at = 0; at < args.length; at++) {
    const [, name, equals, attached] = /^--?([^=-][^=]*)(=)?([^]*)$/.exec(args[at]) ?? [];
    if (name === undefined) throw new ImportError(`pppoeproxy has no argument "${args[at]}"`);
    if (!isFlag(name)) {
      const hint = didYouMean(name, Object.keys(PPPOEPROXY));
      throw new ImportError(`pppoeproxy has no flag "-${name}"${hint}`);
    }
    const value = equals === undefined ? args[++at] : attached;
    if (value === undefined) throw new ImportError(`pppoeproxy's flag "-${name}" has no value`);
    flags[name] = value;
  }
  return flags;
}

function isFlag(name: string): name is Flag {
  return Object.hasOwn(PPPOEPROXY, name);
}

/** Reads an address of Go, whose host may be empty. */
function readAddress(text: string): Address {
  const address = parseAddress(text.startsWith(":") ? `0.0.0.0${text}` : text);
  if (!("words" in address)) return text.startsWith(":") ? { ...address, host: "" } : address;
  throw new ImportError(`Cannot read "${text}" as pppoeproxy's -address: ${sentence(address)}`);
}

/** Options of pppoe-relay(8) that take a value. */
const RELAY_OPTION = /^-([SCBni])(.*)$/s;
const RELAY_MAX_SESSIONS = 65_534;
const RELAY_DEFAULTS = { n: "5000", i: "600" };

function readRelay(args: readonly string[]): ForeignEnds {
  const interfaces: Record<string, string[]> = { S: [], C: [], B: [] };
  const numbers: Record<string, string> = { ...RELAY_DEFAULTS };
  for (let at = 0; at < args.length; at++) {
    if (args[at] === "-F") continue;
    const [, letter, attached] = RELAY_OPTION.exec(args[at]) ?? [];
    if (letter === undefined) throw new ImportError(`pppoe-relay has no option "${args[at]}"`);
    const value = attached === "" ? args[++at] : attached;
    if (value === undefined) {
      throw new ImportError(`pppoe-relay's option "-${letter}" has no value`);
    }
    if (letter in interfaces) interfaces[letter].push(value);
    else numbers[letter] = value;
  }
  return relayEnds(interfaces, numbers);
}

function relayEnds(
  { S: servers, C: clients, B: both }: Record<string, string[]>,
  { n, i }: Record<string, string>,
): ForeignEnds {
  if (both.length > 0) {
    throw new ImportError(
      `pppoe-relay's "-B ${both[0]}" has customers and ACs on one segment, which needs no proxy ` +
        `between them; say "-C ${both[0]}" or "-S ${both[0]}"`,
    );
  }
  if (servers.length !== 1 || clients.length === 0) {
    throw new ImportError(
      "A relay becomes one server and its clients: it needs one -S interface and at least one -C",
    );
  }
  const sessions = readNumber("n", n, 1, RELAY_MAX_SESSIONS);
  const idleTimeout = readNumber("i", i, 0, Number.MAX_SAFE_INTEGER);
  const server = { interface: servers[0], listen: undefined, sessions, idleTimeout };
  return {
    servers: [server],
    clients: clients.map((name) => ({ interface: name, connect: undefined })),
  };
}

function readNumber(option: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new ImportError(`Cannot use "${text}" for pppoe-relay's -${option}`);
}
