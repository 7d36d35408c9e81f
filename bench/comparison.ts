/** Compares both daemons with a plain forwarder on the same wires. */
import { Lab } from "../tests/lab/lab.ts";
import type { Flow } from "./load.ts";
import { losslessRate } from "./lossless.ts";
import { layDaemons, layReference, type Path } from "./paths.ts";
import { cpuSince, cpuSnapshot, residentMebibytes } from "./process_figures.ts";
import type { Figures } from "./section.ts";
import { tryLoad } from "./trial.ts";

/** Duration and number of trials, and the frame sizes. */
interface Effort {
  seconds: number;
  trials: number;
  sizes: number[];
}

const FULL: Effort = { seconds: 0.7, trials: 6, sizes: [64, 512, 1510] };
const QUICK: Effort = { seconds: 0.5, trials: 4, sizes: [64, 1510] };

/** Measures the same figures of both. */
export async function compare(quick: boolean): Promise<{ daemons: Figures; reference: Figures }> {
  const effort = quick ? QUICK : FULL;
  return {
    daemons: await onPath(layDaemons, effort),
    reference: await onPath(layReference, effort),
  };
}

async function onPath(lay: (lab: Lab) => Promise<Path>, effort: Effort): Promise<Figures> {
  await using lab = await Lab.open();
  return await measure(await lay(lab), effort);
}

async function measure(path: Path, effort: Effort): Promise<Figures> {
  const figures: Figures = {};
  const { pids, up, down } = path;
  const load = (flow: Flow, size: number, rate: number, seconds = effort.seconds) =>
    tryLoad({ flows: [flow], size, rate, seconds }, pids);
  figures["ready after ms"] = path.readyAfter;
  figures["RSS idle MiB"] = residentMebibytes(pids);
  await load(up, 512, 5_000);
  await load(down, 512, 5_000);
  const latency = await load(up, 500, 1_000, 2 * effort.seconds);
  figures["latency p50 us"] = latency.p50;
  figures["latency p99 us"] = latency.p99;
  const cpu = await load(up, 1510, 20_000, 2 * effort.seconds);
  figures["CPU s per million frames at 20,000/s"] = cpu.cpu;
  for (const [way, flow] of [["up", up], ["down", down]] as const) {
    for (const size of effort.sizes) {
      const flat = await load(flow, size, 0);
      figures[`flat out ${size} B ${way} frames/s`] = flat.delivered;
      const guess = flat.delivered * 0.8;
      const rate = await losslessRate({ flows: [flow], size }, pids, { ...effort, guess });
      figures[`without loss ${size} B ${way} frames/s`] = rate;
    }
  }
  const both = await Promise.all([load(up, 1510, 0), load(down, 1510, 0)]);
  figures["flat out 1510 B both ways frames/s"] = both[0].delivered + both[1].delivered;
  figures["RSS loaded MiB"] = residentMebibytes(pids);
  const before = cpuSnapshot(pids);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  figures["CPU idle %"] = cpuSince(before, pids) / 2 * 100;
  return figures;
}
