/** How PADIs to an AC that limits them are paced. */
export interface Pacing {
  /** Discoveries whose customers wait for their turn. */
  readonly waiting: number;
  /** Milliseconds between two PADIs. */
  readonly interval: number;
}

/** What whoever runs a server can do about it. */
const ADVICE =
  "the AC leaves out PADIs that come faster from one MAC address: raise or remove its limit " +
  '(accel-ppp: padi-limit), or set mac = "transparent" on both sides';

/** Why customers wait, and what to do; undefined where none does. */
export function pacingWarning(pacing: Pacing | undefined): string | undefined {
  if (pacing === undefined || pacing.waiting === 0) return undefined;
  const { waiting, interval } = pacing;
  const who = waiting === 1 ? "1 customer waits" : `${waiting} customers wait`;
  return `${who} for an offer, one PADI each ${(interval / 1_000).toFixed(2)} s: ${ADVICE}`;
}

/** Notices where pacing begins and ends. */
export class PacingWatch {
  #changed: (pacing: Pacing | undefined) => void;
  #isPacing = false;

  /** `changed` gets the pacing that begins, and undefined where it ends. */
  constructor(changed: (pacing: Pacing | undefined) => void) {
    this.#changed = changed;
  }

  look(pacing: Pacing | undefined): void {
    if (this.#isPacing === (pacing !== undefined)) return;
    this.#isPacing = pacing !== undefined;
    this.#changed(pacing);
  }
}
