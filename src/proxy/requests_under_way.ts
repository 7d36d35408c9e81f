import type { Mac } from "../pppoe/mac.ts";

/** How long an AC may take for its PADS. Milliseconds. */
const ANSWER_TIME = 2_000;
/** How long PADRs may hold others back of which none brings a PADS, however often they come. Milliseconds. */
const MAX_HOLD = 5_000;
/** Pairs of addresses remembered; the longest unasked goes first. */
const MAX_PAIRS = 4_096;

/** PADRs that wait for a PADS, by the addresses of AC and asker: the id that comes may be any. */
export class RequestsUnderWay {
  #pairs = new Map<string, { open: number; since: number; at: number }>();
  #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A PADR has left. */
  asked(remote: Mac, local: Mac): void {
    const name = `${remote}/${local}`;
    const at = this.#now();
    const known = this.#pairs.get(name);
    const goesOn = known !== undefined && this.#waits(known);
    this.#pairs.delete(name);
    this.#pairs.set(
      name,
      goesOn ? { ...known, open: known.open + 1, at } : { open: 1, since: at, at },
    );
    if (this.#pairs.size <= MAX_PAIRS) return;
    for (const oldest of this.#pairs.keys()) return void this.#pairs.delete(oldest);
  }

  /** A PADS has come. */
  answered(remote: Mac, local: Mac): void {
    const pair = this.#pairs.get(`${remote}/${local}`);
    if (pair !== undefined) pair.open = Math.max(0, pair.open - 1);
  }

  /** Whether one is under way that an answer may still come to. */
  isOpen(remote: Mac, local: Mac): boolean {
    const pair = this.#pairs.get(`${remote}/${local}`);
    return pair !== undefined && this.#waits(pair) && this.#now() - pair.since < MAX_HOLD;
  }

  #waits({ open, at }: { open: number; at: number }): boolean {
    return open > 0 && this.#now() - at < ANSWER_TIME;
  }
}
