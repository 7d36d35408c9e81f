import type { Mac } from "../../pppoe/mac.ts";
import { setLatest } from "../../set_latest.ts";

/** Time in which an AC may send its PADS, in milliseconds. */
const ANSWER_TIME = 2_000;
/**
 * Maximum time for which unanswered PADRs delay others, however often they are sent. Milliseconds.
 */
const MAX_HOLD = 5_000;
/** Maximum number of address pairs remembered; evicts the longest unused. */
const MAX_PAIRS = 4_096;

/** PADRs that wait for a PADS, by the addresses of AC and sender: the new session id may be any. */
export class RequestsUnderWay {
  #pairs = new Map<string, { open: number; since: number; at: number }>();
  #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Records a sent PADR. */
  asked(remote: Mac, local: Mac): void {
    const name = `${remote}/${local}`;
    const at = this.#now();
    const known = this.#pairs.get(name);
    const goesOn = known !== undefined && this.#waits(known);
    const pair = goesOn ? { ...known, open: known.open + 1, at } : { open: 1, since: at, at };
    setLatest(this.#pairs, name, pair, MAX_PAIRS);
  }

  /** Records a received PADS. */
  answered(remote: Mac, local: Mac): void {
    const pair = this.#pairs.get(`${remote}/${local}`);
    if (pair !== undefined) pair.open = Math.max(0, pair.open - 1);
  }

  /** Whether a PADR is outstanding that an answer may still arrive for. */
  isOpen(remote: Mac, local: Mac): boolean {
    const pair = this.#pairs.get(`${remote}/${local}`);
    return pair !== undefined && this.#waits(pair) && this.#now() - pair.since < MAX_HOLD;
  }

  #waits({ open, at }: { open: number; at: number }): boolean {
    return open > 0 && this.#now() - at < ANSWER_TIME;
  }
}
