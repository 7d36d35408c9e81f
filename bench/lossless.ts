import { searchRate } from "./figures.ts";
import type { Load } from "./load.ts";
import { type Rig, type Trial, tryLoad } from "./trial.ts";

/**
 * Limits for a passing rate: the share of lost frames, and the latency of its last frames in
 * microseconds.
 */
const PASSES = { loss: 0.001, tail: 20_000 };

/** Duration and number of trials, and the initial rate; by default derived from a flood. */
export interface RateEffort {
  seconds: number;
  trials: number;
  guess?: number | undefined;
  /** The rig that tries the rates; by default an idle one. */
  rig?: Rig;
}

/** Returns the highest lossless rate, in frames per second; 0 if none was found. */
export async function losslessRate(
  load: Pick<Load, "flows" | "size">,
  pids: readonly number[],
  { seconds, trials, guess, rig }: RateEffort,
): Promise<number> {
  const attempt = (rate: number) => {
    const whole = { ...load, rate, seconds };
    return rig === undefined ? tryLoad(whole, pids) : rig.try(whole, pids);
  };
  const begin = guess ?? (await attempt(0)).delivered * 0.8;
  return await searchRate(begin, trials, async (rate) => {
    const trial = await attempt(rate);
    return passes(trial) ? trial.offered : 0;
  });
}

/** Whether a load arrived without loss and without a remaining queue. */
export function passes({ loss, tail }: Trial): boolean {
  return loss < PASSES.loss && tail < PASSES.tail;
}
