import { CODE_PADT, CODE_SESSION } from "../../../src/pppoe/constants.ts";
import type { Cable } from "../lab.ts";
import { Journal, type WaitOptions } from "../journal.ts";
import { listen } from "./listener.ts";
import { type Observed, showObserved } from "./observed.ts";

/** A frame on a cable, and the end at which it arrived. */
export interface Tapped extends Observed {
  readonly arrivedAt: string;
}

/** Records all PPPoE frames of a cable, in both directions. */
export interface WireTap extends AsyncDisposable {
  readonly seen: Journal<Tapped>;
  /** Resolves with the past or next PADT that arrives at this end. */
  padt(arrivedAt: string, options?: WaitOptions): Promise<Tapped>;
  /** Returns the session frames that have arrived at this end so far. */
  sessionFrames(arrivedAt: string): Tapped[];
  /**
   * Resolves when this many session frames have arrived at this end: the tap has its own socket,
   * and may see a frame later than the host does.
   */
  carried(arrivedAt: string, frames: number): Promise<void>;
}

/** Taps both ends, because an interface does not receive what it sends. */
export function tapCable({ ends }: Cable): WireTap {
  const seen = new Journal<Tapped>((frame) => `at ${frame.arrivedAt}: ${showObserved(frame)}`);
  const listeners = ends.map((end) =>
    listen(end, (frame) => seen.add({ ...frame, arrivedAt: end }))
  );
  const sessionFrames = (end: string) =>
    seen.all(({ code, arrivedAt }) => code === CODE_SESSION && arrivedAt === end);
  return {
    seen,
    padt: (end, options) =>
      seen.first(
        ({ code, arrivedAt }) => code === CODE_PADT && arrivedAt === end,
        `a PADT at ${end}`,
        options,
      ),
    sessionFrames,
    async carried(end, frames) {
      const all = () => sessionFrames(end).length >= frames;
      if (!all()) {
        await seen.first(all, `${frames} session frames at ${end}`, { since: seen.length });
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const listener of listeners) await listener[Symbol.asyncDispose]();
    },
  };
}
