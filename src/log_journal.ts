/**
 * Log records as entries of systemd's journal, with native fields
 * (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/): the journal adds the time itself.
 */
import type { LogRecord } from "@logtape/logtape";
import { UnixDatagram } from "../ffi/process/unix_datagram.ts";
import { flatten, formatBare } from "./log_format.ts";

/** Where the journal listens (systemd-journald.service(8)). */
export const JOURNAL_SOCKET = "/run/systemd/journal/socket";
/** In front of the names of our own fields, so that none is one of the journal's. */
const PREFIX = "PPPOE_";
/** Maximum length of a field's name, in characters (systemd.journal-fields(7)). */
const MAX_NAME = 64;

/** Syslog priority of each level (sd-daemon(3)). */
const PRIORITIES: Readonly<Record<string, number>> = { debug: 7, info: 6, warning: 4, error: 3 };

/** Returns a record's syslog priority. */
export function priorityOf({ level }: LogRecord): number {
  return PRIORITIES[level] ?? 3;
}

/** Encodes a record as an entry: MESSAGE as in the text format, and each field. */
export function encodeEntry(record: LogRecord): Uint8Array<ArrayBuffer> {
  const { time: _time, level: _level, ...fields } = flatten(record);
  const entries: [string, string][] = [
    ["MESSAGE", formatBare(record)],
    ["PRIORITY", String(priorityOf(record))],
    ["SYSLOG_IDENTIFIER", "pppoe-proxy"],
    ...Object.entries(fields).map(([key, value]): [string, string] => [
      nameOf(key),
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  ];
  return join(entries.map(([name, value]) => encodeField(name, value)));
}

/** A field's name has capital letters, digits and underscores. */
function nameOf(key: string): string {
  return `${PREFIX}${key.toUpperCase().replace(/[^A-Z0-9_]/g, "_")}`.slice(0, MAX_NAME);
}

const encoder = new TextEncoder();

/** A value of several lines is preceded by its length in 8 bytes, little-endian. */
function encodeField(name: string, value: string): Uint8Array {
  if (!value.includes("\n")) return encoder.encode(`${name}=${value}\n`);
  const bytes = encoder.encode(value);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(bytes.length), true);
  return join([encoder.encode(`${name}\n`), length, bytes, encoder.encode("\n")]);
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Sends entries to the journal. */
export class JournalWriter {
  #socket: UnixDatagram;

  private constructor(socket: UnixDatagram) {
    this.#socket = socket;
  }

  /** Returns a writer; undefined if the socket is not there or cannot be reached. */
  static open(path: string): JournalWriter | undefined {
    try {
      const socket = new UnixDatagram(path, "log to");
      const writer = new JournalWriter(socket);
      // An entry without a message is ignored.
      if (writer.send(new Uint8Array(0))) return writer;
      socket[Symbol.dispose]();
    } catch {
      // The caller writes to stderr instead.
    }
    return undefined;
  }

  /** Sends an entry; returns false if the journal does not take it now. */
  send(entry: Uint8Array<ArrayBuffer>): boolean {
    try {
      this.#socket.send(entry);
      return true;
    } catch {
      return false;
    }
  }

  close(): void {
    this.#socket[Symbol.dispose]();
  }
}
