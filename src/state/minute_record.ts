/** Minutes of the history as bytes. */
import { crc32 } from "node:zlib";
import { CLIENT_COLUMNS, TOTAL_COLUMNS } from "../history/columns.ts";
import { decodeAmount, encodeAmount } from "../history/compact.ts";
import { classOf, EVENT_CLASSES } from "../history/event_class.ts";
import type { HistoryEvent } from "../history/events.ts";
import type { StoredMinute } from "../history/stored_minute.ts";

/** A minute, and the events that were stored with it. */
export interface MinuteRecord {
  readonly minute: StoredMinute;
  readonly events: readonly HistoryEvent[];
}

/** Length and CRC-32 of the body. */
const HEAD = 8;
/** Version of the body; bodies of other versions are skipped. */
const VERSION = 1;
/** Version, number of the minute, sampled time, total, number of clients. */
const FIXED = 1 + 8 + 8 + 8 * TOTAL_COLUMNS + 2;
/** Maximum length of the events as JSON, in bytes; of more, the latest are stored. */
const MAX_EVENTS = 64 * 1_024;
/** Maximum length of a client's name, in bytes. */
const MAX_NAME = 0xffff;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Returns the bytes of a record. */
export function encodeMinute({ minute, events }: MinuteRecord): Uint8Array {
  const named = minute.clients.map(([name, values]) => ({ name: encoder.encode(name), values }))
    .filter(({ name }) => name.length <= MAX_NAME);
  const json = encodeEvents(events);
  const length = named.reduce((sum, { name }) => sum + 2 + name.length + 2 * CLIENT_COLUMNS, FIXED);
  const bytes = new Uint8Array(HEAD + length + json.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(HEAD, VERSION);
  view.setFloat64(HEAD + 1, minute.step);
  view.setFloat64(HEAD + 9, minute.covered);
  for (let column = 0; column < TOTAL_COLUMNS; column++) {
    view.setFloat64(HEAD + 17 + 8 * column, minute.total[column]);
  }
  view.setUint16(HEAD + FIXED - 2, named.length);
  let at = HEAD + FIXED;
  for (const { name, values } of named) {
    view.setUint16(at, name.length);
    bytes.set(name, at += 2);
    at += name.length;
    for (let column = 0; column < CLIENT_COLUMNS; column++, at += 2) {
      view.setUint16(at, encodeAmount(values[column]));
    }
  }
  bytes.set(json, at);
  view.setUint32(0, bytes.length - HEAD);
  view.setUint32(4, crc32(bytes.subarray(HEAD)));
  return bytes;
}

/** Returns the whole records at the start of `bytes`, and their length. */
export function decodeMinutes(bytes: Uint8Array): { records: MinuteRecord[]; length: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: MinuteRecord[] = [];
  let at = 0;
  while (at + HEAD <= bytes.length) {
    const length = view.getUint32(at);
    const body = bytes.subarray(at + HEAD, at + HEAD + length);
    if (body.length < length || crc32(body) !== view.getUint32(at + 4)) break;
    const record = decodeBody(body);
    if (record !== undefined) records.push(record);
    at += HEAD + length;
  }
  return { records, length: at };
}

/** Undefined for a body of another version, or one that makes no sense. */
function decodeBody(body: Uint8Array): MinuteRecord | undefined {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  try {
    if (view.getUint8(0) !== VERSION) return undefined;
    const total = Array.from({ length: TOTAL_COLUMNS }, (_, at) => view.getFloat64(17 + 8 * at));
    const clients: [string, number[]][] = [];
    let at = FIXED;
    for (let left = view.getUint16(FIXED - 2); left > 0; left--) {
      const end = at + 2 + view.getUint16(at);
      const name = decoder.decode(body.subarray(at + 2, end));
      at = end;
      const values = Array.from(
        { length: CLIENT_COLUMNS },
        (_, column) => decodeAmount(view.getUint16(at + 2 * column)),
      );
      at += 2 * CLIENT_COLUMNS;
      clients.push([name, values]);
    }
    const minute = { step: view.getFloat64(1), covered: view.getFloat64(9), total, clients };
    const events: unknown = JSON.parse(decoder.decode(body.subarray(at)));
    if (!Number.isSafeInteger(minute.step) || !Array.isArray(events)) return undefined;
    return { minute, events };
  } catch {
    return undefined;
  }
}

/** Encodes the events that fit: the latest of each class, and those of rare classes first. */
function encodeEvents(events: readonly HistoryEvent[]): Uint8Array {
  const texts = events.map((event) => JSON.stringify(event));
  const classes = events.map(({ kind }) => classOf(kind));
  const kept = new Set<number>();
  let length = 2;
  for (const wanted of EVENT_CLASSES) {
    for (let i = texts.length - 1; i >= 0; i--) {
      if (classes[i] !== wanted) continue;
      length += 3 * texts[i].length + 1; // at most three bytes per UTF-16 code unit
      if (length > MAX_EVENTS) return encodeKept(texts, kept);
      kept.add(i);
    }
  }
  return encodeKept(texts, kept);
}

function encodeKept(texts: readonly string[], kept: ReadonlySet<number>): Uint8Array {
  return encoder.encode(`[${texts.filter((_, i) => kept.has(i)).join(",")}]`);
}
