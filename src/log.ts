/** Logging to stderr: text on a terminal, otherwise JSON lines; with priorities for journald. */
import { configureSync, getLogger, type LogRecord } from "@logtape/logtape";
import { fileIdentity } from "../ffi/file/file_identity.ts";
import { LOG_TOPICS, type LogLevel, type LogLevels, type Topic } from "./config/log_levels.ts";
import type { LogConfig } from "./config/types.ts";
import { LogRing } from "./log_ring.ts";
import type { LogMessage } from "./messages/log_messages.ts";
import { printable } from "./printable.ts";
import type { SnakeCase } from "./snake_case.ts";

const ROOT = "pppoe-proxy";

/** Length of the longest level name, for alignment. */
const LEVEL_WIDTH = "warning".length;

type Write = <T extends object>(message: LogMessage, facts?: T & SnakeCase<T>) => void;

/** Logs one topic's lines. */
export interface Logger {
  readonly debug: Write;
  readonly info: Write;
  readonly warning: Write;
  readonly error: Write;
  isEnabledFor(level: LogLevel): boolean;
}

/**
 * Returns a topic's logger. Messages are constant; values go into fields: `log.info("ready", {
 * interface })`.
 */
export function logger(topic: Topic): Logger {
  return getLogger([ROOT, topic]) as Logger;
}

/** The last lines that were logged by this thread. */
export const recentLines = new LogRing();

/** Current levels. */
let levels: LogLevels = { level: "error", topics: {} };
let writeRecord: (record: LogRecord) => void = () => {};

/** Applies a configuration; may be called repeatedly. Nothing is logged before the first call. */
export function configureLogging(config: LogConfig): void {
  const text = config.format === "text" || (config.format === "auto" && Deno.stderr.isTerminal());
  const format = text ? formatText : formatJson;
  const prefix = readsPriorities() ? priorityPrefix : () => "";
  writeRecord = (record) => writeLine(prefix(record) + format(record), isUrgent(record));
  apply({ level: config.level, topics: { ...config.topics } });
}

/** Whether a record must not wait for the end of a turn: what it reports may end the process. */
function isUrgent({ level }: LogRecord): boolean {
  return level !== "debug" && level !== "info";
}

/** Whether stderr is connected to journald (systemd.exec(5), $JOURNAL_STREAM). */
function readsPriorities(): boolean {
  const stream = Deno.env.get("JOURNAL_STREAM");
  return stream !== undefined && stream === fileIdentity(2);
}

/** Syslog priority of each level (sd-daemon(3)). */
const PRIORITIES: Readonly<Record<string, number>> = { debug: 7, info: 6, warning: 4, error: 3 };

function priorityPrefix({ level }: LogRecord): string {
  return `<${PRIORITIES[level] ?? 3}>`;
}

/** Returns the current levels. */
export function logLevels(): Readonly<LogLevels> {
  return levels;
}

/** Sets one topic's level, or the default level; returns the resulting levels. */
export function setLogLevel(level: LogLevel, topic?: Topic): Readonly<LogLevels> {
  const { topics } = levels;
  apply(
    topic === undefined
      ? { level, topics }
      : { level: levels.level, topics: { ...topics, [topic]: level } },
  );
  return levels;
}

function apply(wanted: LogLevels): void {
  levels = wanted;
  configureSync({
    reset: true,
    sinks: {
      stderr: (record) => {
        keepRecord(record);
        writeRecord(record);
      },
    },
    loggers: [
      ...LOG_TOPICS.map((topic) => ({
        category: [ROOT, topic],
        lowestLevel: wanted.topics[topic] ?? wanted.level,
        sinks: ["stderr"],
      })),
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["stderr"] },
    ],
  });
}

/** Keeps a record for `logs`, as JSON in whatever format it is written. */
function keepRecord(record: LogRecord): void {
  if (isDiscarding) return;
  const level = record.level as LogLevel;
  const short = (): string => formatJson({ ...record, properties: {} });
  recentLines.add(level, record.category.at(-1) ?? "", formatJson(record), short);
}

/** Formats a record as one line: time, level, topic, message, then fields as `key=value`. */
export function formatText(record: LogRecord): string {
  const { time, level, topic, message, ...fields } = flatten(record);
  const facts = Object.entries(fields).map(([key, value]) => ` ${key}=${showText(value)}`);
  return `${time} ${String(level).padEnd(LEVEL_WIDTH)} ${topic}: ${message}${facts.join("")}`;
}

/** Formats a record as one line of JSON. */
export function formatJson(record: LogRecord): string {
  return JSON.stringify(flatten(record));
}

function flatten(record: LogRecord): Record<string, unknown> {
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

/** Runs `run` and formats the lines that it logs, but writes none of them. */
export function discardingLog(run: () => void): void {
  isDiscarding = true;
  try {
    run();
  } finally {
    isDiscarding = false;
  }
}

const encoder = new TextEncoder();
let isDiscarding = false;
/** Lines that are written at the end of this turn of the event loop. */
let waiting = "";
/** Length of `waiting` at which it is written immediately, in characters. */
const MAX_WAITING = 64 * 1024;

/**
 * Writes a line, together with others of this turn: a dial must not wait for its own line. Lines
 * keep their order.
 */
function writeLine(line: string, urgent: boolean): void {
  if (isDiscarding) return;
  if (waiting === "") setImmediate(writeWaiting);
  waiting += `${line}\n`;
  if (urgent || waiting.length > MAX_WAITING) writeWaiting();
}

/** Writes what waits; called when the process exits, too. */
function writeWaiting(): void {
  const bytes = encoder.encode(waiting);
  waiting = "";
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
  } catch {
    // The reader of the log has closed; the daemon keeps running.
  }
}

globalThis.addEventListener("unload", writeWaiting);
