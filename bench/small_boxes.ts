/** What a daemon costs a small machine: start, and memory and CPU time at rest. */
import { Lab } from "../tests/lab/lab.ts";
import { ready, startDaemon, startProxyPair } from "../tests/lab/proxy_pair.ts";
import { pppoeProxyCommand } from "../tests/lab/shipped.ts";
import { dialSessions, MANY_SESSIONS } from "./dial.ts";
import { cpuSince, cpuSnapshot, memoryOf } from "./process_figures.ts";
import type { Figures, Findings } from "./section.ts";

/** Measured starts of a server. */
const STARTS = 5;
/**
 * Delays before memory is read, in milliseconds, by number of sessions: daemons release memory when
 * idle, at most every half minute, and forget discoveries.
 */
const SETTLED: readonly (readonly [sessions: number, delay: number])[] = [
  [0, 12_000],
  [1, 40_000],
  [100, 40_000],
  [1_000, 40_000],
];
/** Time over which CPU time is measured, in milliseconds. */
const WATCHED = 6_000;
const MEBIBYTE = 1_024 ** 2;
const NAMES = ["server", "branch-1"];

/** Returns start time, and memory and CPU time with 0 to 1,000 idle sessions; `quick`: with 0. */
export async function smallBoxes(quick: boolean): Promise<Findings> {
  const steps = quick ? SETTLED.slice(0, 1) : SETTLED;
  await using lab = await Lab.open();
  await lab.cables();
  const settings = MANY_SESSIONS;
  const first = await startProxyPair(lab, { server: settings, client: settings });
  for (const daemon of [first.client, first.server]) await daemon.stop();
  const figures: Figures = await startFigures(lab);
  const daemons = NAMES.map((name) => startDaemon(lab, name));
  for (const daemon of daemons) await ready(daemon);
  const pids = daemons.map(({ pid }) => pid);
  for (const [at, [number, delay]] of steps.entries()) {
    const [open] = steps[at - 1] ?? [0];
    if (number > open) await dialSessions({ sessions: number - open, first: open + 1 });
    await new Promise((resolve) => setTimeout(resolve, delay - WATCHED));
    const before = pids.map((pid) => cpuSnapshot([pid]));
    await new Promise((resolve) => setTimeout(resolve, WATCHED));
    for (const [i, name] of ["server", "client"].entries()) {
      const what = `${name}, sessions: ${number.toLocaleString("en")}`;
      const { resident, dirty } = memoryOf(pids[i]);
      figures[`${what}, RSS MiB`] = resident / MEBIBYTE;
      figures[`${what}, private and dirty, MiB`] = dirty / MEBIBYTE;
      figures[`${what}, % of a core`] = cpuSince(before[i], [pids[i]]) / WATCHED * 100_000;
    }
  }
  const how =
    "Idle sessions: memory 40 s after the last, with none 12 s; CPU time over the 6 s before.";
  return { how, figures, goals: {} };
}

/** The times of several starts of the server. */
async function startFigures(lab: Lab): Promise<Figures> {
  const [times, cpu]: number[][] = [[], []];
  for (let i = 0; i < STARTS; i++) {
    const begin = performance.now();
    const daemon = startDaemon(lab, "server");
    await ready(daemon);
    times.push(performance.now() - begin);
    cpu.push(cpuSince(new Map(), [daemon.pid]) * 1_000);
    await daemon.stop();
  }
  const [least, most] = [Math.min(...times), Math.max(...times)];
  const { program } = pppoeProxyCommand();
  return {
    "program, MB": (await Deno.stat(program)).size / 1e6,
    "ready after, median ms": median(times),
    "ready after, least ms": least,
    "ready after, most ms": most,
    "CPU time until ready, median ms": median(cpu),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
