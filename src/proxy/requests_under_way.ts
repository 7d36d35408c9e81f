import type { Mac } from "../pppoe/mac.ts";

/** How long an AC may take for its PADS. Milliseconds. */
const ANSWER_TIME = 2_000;
/** Pairs of addresses remembered; the longest unasked goes first. */
const MAX_PAIRS = 4_096;

/** PADRs that wait for a PADS, by the addresses of AC and asker: the id that comes may be any. */
export class RequestsUnderWay {
  #pairs = new Map<string, { open: number; at: number }>();
  #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A PADR has left. */
  asked(remote: Mac, local: Mac): void {
    const name = `${remote}/${local}`;
    const open = this.isOpen(remote, local) ? this.#pairs.get(name)?.open ?? 0 : 0;
    this.#pairs.delete(name);
    this.#pairs.set(name, { open: open + 1, at: this.#now() });
    if (this.#pairs.size <= MAX_PAIRS) return;
    for (const oldest of this.#pairs.keys()) return void this.#pairs.delete(oldest);
  }

  /** A PADS has come. */
  answered(remote: Mac, local: Mac): void {
    const pair = this.#pairs.get(`${remote}/${local}`);
    if (pair !== undefined) pair.open = Math.max(0, pair.open - 1);
  }

  /** Whether one is under way. */
  isOpen(remote: Mac, local: Mac): boolean {
    const pair = this.#pairs.get(`${remote}/${local}`);
    return pair !== undefined && pair.open > 0 && this.#now() - pair.at < ANSWER_TIME;
  }
}
