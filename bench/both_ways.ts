/** Throughput of both directions at once, compared with each alone. */
import { Lab } from "../tests/lab/lab.ts";
import { median, searchRate } from "./figures.ts";
import type { Flow } from "./load.ts";
import { losslessRate, passes } from "./lossless.ts";
import { layDaemons, layReference, type Path } from "./paths.ts";
import { layRingForwarder, ringForwarderObstacle } from "./ring_forwarder.ts";
import type { Figures } from "./section.ts";
import type { Findings, Goal } from "./section.ts";
import { tryLoad } from "./trial.ts";

/**
 * Measures the lossless rate up, down and in both directions at once, in rounds. The plain
 * forwarder, and one of the daemons' design in C, show how much of the difference is due to the
 * machine: alone, a direction has all cores.
 */
export async function bothWays(quick: boolean): Promise<Findings> {
  const rounds = quick ? 1 : 3;
  const figures: Figures = {};
  const goals: Record<string, Goal> = {};
  const measure = async (name: string, path: Path, size: number): Promise<string> => {
    const { one, both, share } = await compareWays(path, size, rounds);
    figures[`${name}${size} B, up alone plus down alone, frames/s`] = one;
    figures[`${name}${size} B, both at once, frames/s`] = both;
    const what = `${name}${size} B, both at once against alone, %`;
    figures[what] = share * 100;
    return what;
  };
  {
    await using lab = await Lab.open();
    const path = await layDaemons(lab);
    for (const size of quick ? [1510] : [64, 1510]) {
      goals[await measure("", path, size)] = { atLeast: 60 };
    }
  }
  {
    await using lab = await Lab.open();
    await measure("plain forwarder, ", await layReference(lab), 1510);
  }
  const missing = ringForwarderObstacle();
  if (missing === undefined) {
    await using lab = await Lab.open();
    await measure("same design in C, no TLS, ", await layRingForwarder(lab), 1510);
  }
  const skipped = missing === undefined
    ? ""
    : ` The same design in C was skipped: it needs ${missing}.`;
  const how = `Lossless rates; medians of ${rounds} rounds. Alone, a direction has the ` +
    `cores of both.${skipped}`;
  return { how, figures, goals };
}

/**
 * Returns medians over the rounds: the sum of both directions one after the other, both at once,
 * and their ratio.
 */
async function compareWays(
  { up, down, pids }: Path,
  size: number,
  rounds: number,
): Promise<{ one: number; both: number; share: number }> {
  const alone = (flow: Flow) =>
    losslessRate({ flows: [flow], size }, pids, { seconds: 0.5, trials: 5 });
  const [one, both]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    one.push(await alone(up) + await alone(down));
    both.push(await together([up, down], size, pids, one[round] * 0.25));
  }
  const shares = both.map((sum, i) => sum / one[i]);
  return { one: median(one), both: median(both), share: median(shares) };
}

/** Returns the highest lossless rate of both flows at once, each at the same rate, as their sum. */
async function together(
  flows: Flow[],
  size: number,
  pids: number[],
  guess: number,
): Promise<number> {
  const rate = await searchRate(guess, 5, async (rate) => {
    const trials = await Promise.all(
      flows.map((flow) => tryLoad({ flows: [flow], size, rate, seconds: 0.5 }, pids)),
    );
    return trials.every(passes) ? Math.min(...trials.map(({ offered }) => offered)) : 0;
  });
  return flows.length * rate;
}
