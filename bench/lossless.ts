import { searchRate } from "./figures.ts";
import type { Load } from "./load.ts";
import { type Trial, tryLoad } from "./trial.ts";

/** Loss that a rate may have, and microseconds that its last frames may be late. */
const PASSES = { loss: 0.001, tail: 20_000 };

/** How long and how often a rate is tried, and what it may be: by default what a flood brings. */
export interface RateEffort {
  seconds: number;
  trials: number;
  guess?: number | undefined;
}

/** The highest rate without loss, in frames a second; 0 where none was found. */
export async function losslessRate(
  load: Pick<Load, "flows" | "size">,
  pids: readonly number[],
  { seconds, trials, guess }: RateEffort,
): Promise<number> {
  const attempt = (rate: number) => tryLoad({ ...load, rate, seconds }, pids);
  const begin = guess ?? (await attempt(0)).delivered * 0.8;
  return await searchRate(begin, trials, async (rate) => {
    const trial = await attempt(rate);
    return passes(trial) ? trial.offered : 0;
  });
}

/** Whether a load arrived without loss and without a queue that stands. */
export function passes({ loss, tail }: Trial): boolean {
  return loss < PASSES.loss && tail < PASSES.tail;
}
