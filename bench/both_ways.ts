/** Both directions at once, as against each alone. */
import { Lab } from "../tests/lab/lab.ts";
import { median } from "./figures.ts";
import type { Flow } from "./load.ts";
import { layDaemons } from "./paths.ts";
import type { Figures } from "./report.ts";
import type { Findings, Goal } from "./section.ts";
import { tryLoad } from "./trial.ts";

/** What arrives of a flood, up, down and both together; in rounds. */
export async function bothWays(quick: boolean): Promise<Findings> {
  const [rounds, sizes] = quick ? [3, [1510]] : [5, [64, 1510]];
  await using lab = await Lab.open();
  const { up, down, pids } = await layDaemons(lab);
  const flood = async (flow: Flow, size: number) =>
    (await tryLoad({ flows: [flow], size, rate: 0, seconds: 0.5 }, pids)).delivered;
  const figures: Figures = {};
  const goals: Record<string, Goal> = {};
  for (const size of sizes) {
    await flood(up, size);
    const [alone, together]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      alone.push(await flood(up, size) + await flood(down, size));
      const [there, back] = await Promise.all([flood(up, size), flood(down, size)]);
      together.push(there + back);
    }
    figures[`${size} B, up alone plus down alone, frames/s`] = median(alone);
    figures[`${size} B, both at once, frames/s`] = median(together);
    const share = `${size} B, both at once against alone, %`;
    figures[share] = median(together.map((sum, i) => sum / alone[i])) * 100;
    goals[share] = { atLeast: 60 };
  }
  return { how: `What arrives of a flood; medians of ${rounds} rounds.`, figures, goals };
}
