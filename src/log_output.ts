/** Where log lines go: stderr, or the journal, and stderr for what the journal does not take. */
import type { JournalWriter } from "./log_journal.ts";

/** Maximum number of lines that wait. */
const MAX_WAITING = 256;

/** A line for stderr, or an entry of the journal and how to write it to stderr instead. */
type OutputLine =
  | { readonly text: string; readonly entry?: undefined }
  | { readonly text: () => string; readonly entry: Uint8Array<ArrayBuffer> };

/**
 * Writes lines at the end of this turn of the event loop, together: a dial must not wait for its
 * own line. Lines keep their order.
 */
export class LogOutput {
  journal: JournalWriter | undefined;
  #waiting: OutputLine[] = [];
  #writeStderr: (bytes: Uint8Array) => number;

  /** `writeStderr` writes at least one byte and returns the number; it may throw. */
  constructor(writeStderr: (bytes: Uint8Array) => number) {
    this.#writeStderr = writeStderr;
  }

  /** Adds a line. One that must not wait is written now, with those before it. */
  add(line: OutputLine, urgent: boolean): void {
    if (this.#waiting.length === 0) setImmediate(() => this.flush());
    this.#waiting.push(line);
    if (urgent || this.#waiting.length >= MAX_WAITING) this.flush();
  }

  /** Writes what waits. */
  flush(): void {
    const lines = this.#waiting;
    this.#waiting = [];
    const bytes = new TextEncoder().encode(lines.map((line) => this.#restOf(line)).join(""));
    try {
      for (let at = 0; at < bytes.length;) at += this.#writeStderr(bytes.subarray(at));
    } catch {
      // The reader of the log has closed; the daemon keeps running.
    }
  }

  /** Sends an entry to the journal; returns what is left for stderr. */
  #restOf({ text, entry }: OutputLine): string {
    if (entry === undefined) return `${text}\n`;
    return this.journal?.send(entry) === true ? "" : `${text()}\n`;
  }
}
