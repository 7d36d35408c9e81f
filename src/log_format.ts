/** Formats of log records: text for people, JSON for programs. */
import type { LogRecord } from "@logtape/logtape";
import { printable } from "./printable.ts";

/** Length of the longest level name, for alignment. */
const LEVEL_WIDTH = "warning".length;

/** SGR parameters (ECMA-48) of each level. */
const COLOURS: Readonly<Record<string, string>> = {
  debug: "2",
  info: "32",
  warning: "33",
  error: "31;1",
};
const DIM = "2";
const BOLD = "1";

type Paint = (parameters: string | undefined, text: string) => string;

const plainText: Paint = (_parameters, text) => text;
const colouredText: Paint = (parameters, text) =>
  parameters === undefined ? text : `\x1b[${parameters}m${text}\x1b[0m`;

/** Formats a record as one line: time, level, topic, message, then fields as `key=value`. */
export function formatText(record: LogRecord): string {
  return textLine(record, plainText);
}

/** The same in colour, for a terminal. */
export function formatColoured(record: LogRecord): string {
  return textLine(record, colouredText);
}

/** Formats a record for a reader that adds time and level: topic, message, then fields. */
export function formatBare(record: LogRecord): string {
  const { topic, message, facts } = partsOf(record);
  return `${topic}: ${message}${facts}`;
}

function textLine(record: LogRecord, paint: Paint): string {
  const { time, level, topic, message, facts } = partsOf(record);
  const shown = paint(COLOURS[level], level.padEnd(LEVEL_WIDTH));
  return `${paint(DIM, time)} ${shown} ${topic}: ${paint(BOLD, message)}${facts}`;
}

function partsOf(
  record: LogRecord,
): Record<"time" | "level" | "topic" | "message" | "facts", string> {
  const { time, level, topic, message, ...fields } = flatten(record);
  const facts = Object.entries(fields).map(([key, value]) => ` ${key}=${showText(value)}`);
  return {
    time: String(time),
    level: String(level),
    topic: String(topic),
    message: String(message),
    facts: facts.join(""),
  };
}

/** Formats a record as one line of JSON. */
export function formatJson(record: LogRecord): string {
  return JSON.stringify(flatten(record));
}

/** Returns a record's time, level, topic and message, and its fields beside them. */
export function flatten(record: LogRecord): Record<string, unknown> {
  const line: Record<string, unknown> = {
    time: new Date(record.timestamp).toISOString(),
    level: record.level,
    topic: record.category.at(-1),
    message: typeof record.rawMessage === "string"
      ? record.rawMessage
      : record.rawMessage.join("…"),
  };
  for (const [key, value] of Object.entries(record.properties)) {
    if (!Object.hasOwn(line, key) && value !== undefined) line[key] = plain(value);
  }
  return line;
}

/** Converts a value to one that JSON can hold. Bytes are never shown, as they may be a secret. */
function plain(value: unknown): unknown {
  if (value instanceof Error) return value.message;
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** Formats a value: quoted where it would be ambiguous, with control characters escaped. */
export function showText(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  if (/^[^\s"=\p{C}]+$/u.test(value)) return value;
  return printable(JSON.stringify(value));
}
