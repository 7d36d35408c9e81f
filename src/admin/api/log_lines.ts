/** The last lines of the log, of all threads of a daemon. */
import { LOG_LEVELS, type LogLevel } from "../../config/log_levels.ts";
import type { KeptLine, LogRing } from "../../log_ring.ts";
import type { LogLines } from "./look_back_schema.ts";

/** Which lines of a thread are wanted. */
export interface WantedLines {
  readonly level: LogLevel;
  readonly topic: string | undefined;
  /** The oldest lines after this number of each thread; undefined for the latest lines. */
  readonly after: readonly number[] | undefined;
  readonly limit: number;
}

/** A part of a thread's lines, oldest first. */
export interface LinesPart {
  readonly lines: readonly string[];
  /** Number up to which the thread's lines have been looked at. */
  readonly next: number;
}

/** Returns a thread's part of the answer; `thread` is its place in `wanted.after`. */
export function linesOf(ring: LogRing, wanted: WantedLines, thread: number): LinesPart {
  const { level, topic, after, limit } = wanted;
  const isWanted = (line: KeptLine): boolean =>
    LOG_LEVELS.indexOf(line.level) >= LOG_LEVELS.indexOf(level) &&
    (topic === undefined || line.topic === topic);
  const found = ring.after(after?.[thread] ?? 0).filter(isWanted);
  const part = after === undefined ? found.slice(-limit) : found.slice(0, limit);
  const isCut = after !== undefined && part.length < found.length;
  return {
    lines: part.map(({ json }) => json),
    next: isCut ? part.at(-1)?.number ?? ring.latest : ring.latest,
  };
}

/**
 * Merges the parts of all threads by time. The answer's `next` is good for this process only:
 * `process` tells it from the next one.
 */
export function mergeLines(
  parts: readonly LinesPart[],
  { after, limit }: WantedLines,
  process: string,
): LogLines {
  const lines = parts.flatMap(({ lines }) => lines.map((json) => JSON.parse(json)))
    .sort((one, other) => Date.parse(one.time) - Date.parse(other.time));
  return {
    next: [process, ...parts.map(({ next }) => next)].join("."),
    lines: after === undefined ? lines.slice(-limit) : lines,
  };
}

/** Returns the numbers in a `next` of this process; all zero for one of an earlier process. */
export function readNext(next: string, process: string): number[] {
  const [from, ...numbers] = next.split(".");
  return from === process ? numbers.map(Number) : [];
}
