/** How PADIs to an AC with a rate limit are paced. */
export interface Pacing {
  /** Number of discoveries whose customers wait for their turn. */
  readonly waiting: number;
  /** Interval between two PADIs, in milliseconds. */
  readonly interval: number;
}

/** What an operator can do about pacing. */
const ADVICE =
  "the AC ignores PADIs that arrive faster from one MAC address: raise or remove its limit " +
  '(accel-ppp: padi-limit), or set mac = "transparent" on both sides';

/** Returns why customers wait and what to do; undefined if none waits. */
export function pacingWarning(pacing: Pacing | undefined): string | undefined {
  if (pacing === undefined || pacing.waiting === 0) return undefined;
  const { waiting, interval } = pacing;
  const who = waiting === 1 ? "1 customer waits" : `${waiting} customers wait`;
  const seconds = (interval / 1_000).toFixed(2);
  return `${who} for an offer; one PADI is sent every ${seconds} s: ${ADVICE}`;
}

/** Detects when pacing starts and stops. */
export class PacingWatch {
  #changed: (pacing: Pacing | undefined) => void;
  #isPacing = false;

  /** `changed` receives the pacing that starts, or undefined when it stops. */
  constructor(changed: (pacing: Pacing | undefined) => void) {
    this.#changed = changed;
  }

  look(pacing: Pacing | undefined): void {
    if (this.#isPacing === (pacing !== undefined)) return;
    this.#isPacing = pacing !== undefined;
    this.#changed(pacing);
  }
}
