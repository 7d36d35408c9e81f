/** The figures of one path in one round. */
import { dialSessions } from "../dial.ts";
import { median } from "../figures.ts";
import type { Flow } from "../load.ts";
import { losslessRate } from "../lossless.ts";
import type { RunningPath } from "../paths.ts";
import { residentMebibytes } from "../process_figures.ts";
import { returnRig, type Rig, takeRig } from "../trial.ts";
import { CROWD, floodOf, SIZES } from "./figure_list.ts";

/** What a path showed in a round. */
export interface Visit {
  /** By the names of FIGURES; without those that this path does not have. */
  figures: Record<string, number>;
  /** Latencies at 1,000 frames/s; see latency_histogram.ts. */
  latency: number[];
}

/** Durations in seconds. */
const WARM_UP = 0.15;
const FLOOD = 0.2;
const LATENCY = 0.4;
const CPU = 0.4;
/** Trials of a search for the highest rate without loss. */
const TRIALS = 3;

/** A path, and a rig for each direction. */
interface Bench {
  pids: readonly number[];
  up: Flow;
  down: Flow;
  upwards: Rig;
  downwards: Rig;
}

/** Measures everything on a newly started path. */
export async function measurePath({ pids }: RunningPath): Promise<Visit> {
  const atStart = memory("memory-start", pids);
  const { up: [up], down: [down], times: [first] } = await dialSessions();
  const bench = { pids, up, down, upwards: takeRig(), downwards: takeRig() };
  const { light, latency } = await measureLight(bench);
  const figures = {
    ...atStart,
    "dial-first": first,
    ...light,
    ...await measureCpu(bench),
    ...await measureFloods(bench),
    ...await measureCrowd(bench),
    ...memory("memory-end", pids),
  };
  for (const rig of [bench.upwards, bench.downwards]) await returnRig(rig);
  return { figures, latency };
}

/** Resident memory of these processes, if there are any. */
function memory(figure: string, pids: readonly number[]): Visit["figures"] {
  return pids.length > 0 ? { [figure]: residentMebibytes(pids) } : {};
}

/** Warms up, then measures light traffic. */
async function measureLight(
  { pids, up, down, upwards, downwards }: Bench,
): Promise<{ light: Visit["figures"]; latency: number[] }> {
  await upwards.try({ flows: [up], size: 512, rate: 0, seconds: WARM_UP }, pids);
  await downwards.try({ flows: [down], size: 512, rate: 0, seconds: WARM_UP }, pids);
  const load = { flows: [up], size: 500, rate: 1_000, seconds: LATENCY };
  const { histogram, p50, p99, cpu } = await upwards.try(load, pids);
  const light = {
    "latency-p50": p50,
    "latency-p99": p99,
    ...pids.length > 0 ? { "cpu-light": cpu / 10 } : {}, // from s per million frames
  };
  return { light, latency: histogram };
}

async function measureCpu({ pids, up, upwards }: Bench): Promise<Visit["figures"]> {
  const load = { flows: [up], size: 1510, rate: 20_000, seconds: CPU };
  const { cpu } = await upwards.try(load, pids);
  return pids.length > 0 ? { "cpu-ends": cpu } : {};
}

async function measureFloods(
  { pids, up, down, upwards, downwards }: Bench,
): Promise<Visit["figures"]> {
  const figures: Visit["figures"] = {};
  const flood = { rate: 0, seconds: FLOOD };
  for (const size of SIZES) {
    const { delivered } = await upwards.try({ ...flood, flows: [up], size }, pids);
    figures[floodOf(size)] = delivered;
  }
  for (const size of [64, 1510]) {
    const effort = { seconds: FLOOD, trials: TRIALS, guess: 0.9 * figures[floodOf(size)] };
    const load = { flows: [up], size };
    figures[`lossless-${size}-up`] = await losslessRate(load, pids, { ...effort, rig: upwards });
  }
  const { delivered } = await downwards.try({ ...flood, flows: [down], size: 1510 }, pids);
  figures["flood-1510-down"] = delivered;
  return figures;
}

async function measureCrowd({ pids, upwards }: Bench): Promise<Visit["figures"]> {
  const { up: flows, times } = await dialSessions({ sessions: CROWD, first: 2 });
  const load = { flows, size: 512, rate: 0, seconds: FLOOD };
  const { delivered } = await upwards.try(load, pids);
  return { "dial-median": median(times), "flood-crowd": delivered };
}
