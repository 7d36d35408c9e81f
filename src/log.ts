/** Logging: text on a terminal, native fields in systemd's journal, otherwise JSON lines. */
import { configureSync, getLogger, type LogRecord } from "@logtape/logtape";
import { LOG_TOPICS, type LogLevel, type LogLevels, type Topic } from "./config/log_levels.ts";
import type { LogConfig } from "./config/types.ts";
import { isJournalOnStderr } from "./journal_stream.ts";
import { formatBare, formatColoured, formatJson, formatText } from "./log_format.ts";
import { encodeEntry, JOURNAL_SOCKET, JournalWriter, priorityOf } from "./log_journal.ts";
import { LogOutput } from "./log_output.ts";
import { LogRing } from "./log_ring.ts";
import type { LogMessage } from "./messages/log_messages.ts";
import type { SnakeCase } from "./snake_case.ts";

const ROOT = "pppoe-proxy";

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

/**
 * Applies a configuration; may be called repeatedly. Nothing is logged before the first call.
 * `socket` is where the journal listens.
 */
export function configureLogging(config: LogConfig, socket = JOURNAL_SOCKET): void {
  const isJournals = isJournalOnStderr();
  const format = config.format === "auto" ? automaticFormat(isJournals) : config.format;
  output.flush();
  output.journal?.close();
  output.journal = format === "journal" ? JournalWriter.open(socket) : undefined;
  const isNative = output.journal !== undefined;
  const line = lineFormat(format, isJournals);
  writeRecord = (record) => {
    if (isDiscarding) return void (isNative ? encodeEntry(record) : line(record));
    const text = (): string => line(record);
    const written = isNative ? { text, entry: encodeEntry(record) } : { text: line(record) };
    output.add(written, isUrgent(record));
  };
  apply({ level: config.level, topics: { ...config.topics } });
}

/** A format that does not depend on where stderr leads. */
type Format = Exclude<LogConfig["format"], "auto">;

function automaticFormat(isJournals: boolean): Format {
  if (isJournals) return "journal";
  return Deno.stderr.isTerminal() ? "text" : "json";
}

/** Returns the format of lines on stderr. The journal adds the time, and reads the priority. */
function lineFormat(format: Format, isJournals: boolean): (record: LogRecord) => string {
  if (format === "journal" || format === "text" && isJournals) {
    return (record) => `<${priorityOf(record)}>${formatBare(record)}`;
  }
  if (format === "text") {
    return Deno.stderr.isTerminal() && !Deno.noColor ? formatColoured : formatText;
  }
  return isJournals ? (record) => `<${priorityOf(record)}>${formatJson(record)}` : formatJson;
}

/** Whether a record must not wait for the end of a turn: what it reports may end the process. */
function isUrgent({ level }: LogRecord): boolean {
  return level !== "debug" && level !== "info";
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

/** Runs `run` and formats the lines that it logs, but writes none of them. */
export function discardingLog(run: () => void): void {
  isDiscarding = true;
  try {
    run();
  } finally {
    isDiscarding = false;
  }
}

let isDiscarding = false;
const output = new LogOutput((bytes) => Deno.stderr.writeSync(bytes));

globalThis.addEventListener("unload", () => output.flush());
