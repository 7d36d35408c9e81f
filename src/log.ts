/** Logging: text on a terminal, JSON lines otherwise, to stderr; with priorities for journald. */
import { configureSync, getLogger, type Logger, type LogRecord } from "@logtape/logtape";
import { fileIdentity } from "../ffi/file_identity.ts";
import { LOG_TOPICS, type LogLevel, type LogLevels, type Topic } from "./config/log_levels.ts";
import type { LogConfig } from "./config/types.ts";

const ROOT = "pppoe-proxy";

/** Longest name of a level, for columns. */
const LEVEL_WIDTH = "warning".length;

/** A logger for constant messages; facts go into fields: `log.info("ready", { interface })`. */
export function logger(topic: Topic): Logger {
  return getLogger([ROOT, topic]);
}

/** The levels in use. */
let levels: LogLevels = { level: "error", topics: {} };
let writeRecord: (record: LogRecord) => void = () => {};

/** Applies a configuration; may be called again. Before the first time nothing is logged. */
export function configureLogging(config: LogConfig): void {
  const text = config.format === "text" || (config.format === "auto" && Deno.stderr.isTerminal());
  const format = text ? formatText : formatJson;
  const prefix = readsPriorities() ? priorityPrefix : () => "";
  writeRecord = (record) => writeLine(prefix(record) + format(record));
  apply({ level: config.level, topics: { ...config.topics } });
}

/** Whether journald reads what we write to stderr (systemd.exec(5), $JOURNAL_STREAM). */
function readsPriorities(): boolean {
  const stream = Deno.env.get("JOURNAL_STREAM");
  return stream !== undefined && stream === fileIdentity(2);
}

/** Syslog's numbers of the levels (sd-daemon(3)). */
const PRIORITIES: Readonly<Record<string, number>> = { debug: 7, info: 6, warning: 4, error: 3 };

function priorityPrefix({ level }: LogRecord): string {
  return `<${PRIORITIES[level] ?? 3}>`;
}

/** The levels in use now. */
export function logLevels(): Readonly<LogLevels> {
  return levels;
}

/** Sets the level of one topic, or of all that have none of their own; the levels in use then. */
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
    sinks: { stderr: (record) => writeRecord(record) },
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

/** A record as one line: time, level, topic, message, then fields as `key=value`. */
export function formatText(record: LogRecord): string {
  const { time, level, topic, message, ...fields } = flatten(record);
  const facts = Object.entries(fields).map(([key, value]) => ` ${key}=${showText(value)}`);
  return `${time} ${String(level).padEnd(LEVEL_WIDTH)} ${topic}: ${message}${facts.join("")}`;
}

/** A record as one line of JSON. */
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

/** A value that JSON can hold. Bytes are never shown: they may be a secret. */
function plain(value: unknown): unknown {
  if (value instanceof Error) return value.message;
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** Quoted where a reader could be misled; control characters, which terminals obey, are escaped. */
function showText(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  if (/^[^\s"=\p{C}]+$/u.test(value)) return value;
  return JSON.stringify(value).replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const encoder = new TextEncoder();

function writeLine(line: string): void {
  const bytes = encoder.encode(`${line}\n`);
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
  } catch {
    // Who read the log has gone; the proxy is to go on.
  }
}
