import type { LogLevel } from "./config/log_levels.ts";

/** A kept line of the log. */
export interface KeptLine {
  /** Counts up from 1. */
  readonly number: number;
  readonly level: LogLevel;
  readonly topic: string;
  /** The line as JSON: time, level, topic, message and facts. */
  readonly json: string;
}

/** Maximum number of lines kept, and of their characters, of one kind. */
export const MAX_LINES = 1_000;
export const MAX_CHARACTERS = 256 * 1024;
/** Longer lines are kept without their facts, in characters. */
export const MAX_LINE = 8 * 1024;

/**
 * The last lines of the log, in memory, for a daemon whose stderr nobody keeps. Warnings and errors
 * are kept apart, so that the debug lines of a busy hour evict none of them.
 */
export class LogRing {
  #plain = new LineRing();
  #urgent = new LineRing();
  #count = 0;

  /** Keeps a line; `short` is the same line without its facts, for one that is too long. */
  add(level: LogLevel, topic: string, json: string, short: () => string): void {
    const kept = json.length <= MAX_LINE ? json : short();
    const line = { number: ++this.#count, level, topic, json: kept };
    (level === "warning" || level === "error" ? this.#urgent : this.#plain).add(line);
  }

  /** Returns the kept lines after this number, oldest first. */
  after(number: number): KeptLine[] {
    const lines = [...this.#plain.after(number), ...this.#urgent.after(number)];
    return lines.sort((one, other) => one.number - other.number);
  }

  /** Number of the latest line; 0 before the first. */
  get latest(): number {
    return this.#count;
  }
}

/** A queue of lines that is bounded in number and in characters. */
class LineRing {
  #lines: (KeptLine | undefined)[] = [];
  #first = 0;
  #characters = 0;

  add(line: KeptLine): void {
    this.#lines.push(line);
    this.#characters += line.json.length;
    while (this.#lines.length - this.#first > MAX_LINES || this.#characters > MAX_CHARACTERS) {
      this.#characters -= this.#lines[this.#first]?.json.length ?? 0;
      this.#lines[this.#first++] = undefined;
    }
    if (this.#first < MAX_LINES) return;
    this.#lines = this.#lines.slice(this.#first);
    this.#first = 0;
  }

  after(number: number): KeptLine[] {
    return this.#lines.slice(this.#first)
      .filter((line): line is KeptLine => line !== undefined && line.number > number);
  }
}
