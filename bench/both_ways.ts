/** Both directions at once, as against each alone. */
import { Lab } from "../tests/lab/lab.ts";
import { median, searchRate } from "./figures.ts";
import type { Flow } from "./load.ts";
import { losslessRate, passes } from "./lossless.ts";
import { layDaemons } from "./paths.ts";
import type { Figures } from "./report.ts";
import type { Findings, Goal } from "./section.ts";
import { tryLoad } from "./trial.ts";

/** What passes without loss, up, down and both together; in rounds. */
export async function bothWays(quick: boolean): Promise<Findings> {
  const rounds = quick ? 1 : 3;
  await using lab = await Lab.open();
  const { up, down, pids } = await layDaemons(lab);
  const effort = { seconds: 0.5, trials: 5 };
  const figures: Figures = {};
  const goals: Record<string, Goal> = {};
  for (const size of quick ? [1510] : [64, 1510]) {
    const alone = (flow: Flow) => losslessRate({ flows: [flow], size }, pids, effort);
    const [one, both]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      one.push(await alone(up) + await alone(down));
      both.push(await together([up, down], size, pids, one[round] * 0.25));
    }
    figures[`${size} B, up alone plus down alone, frames/s`] = median(one);
    figures[`${size} B, both at once, frames/s`] = median(both);
    const share = `${size} B, both at once against alone, %`;
    figures[share] = median(both.map((sum, i) => sum / one[i])) * 100;
    goals[share] = { atLeast: 60 };
  }
  const how = `What passes without loss; medians of ${rounds} rounds. Alone, a way has the ` +
    "cores of both.";
  return { how, figures, goals };
}

/** The highest rate without loss of both flows at once, each at the same; their sum. */
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
