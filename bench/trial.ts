import { cpuSince, cpuSnapshot } from "./process_figures.ts";
import type { Load, Seen, Sent, Watch } from "./load.ts";
import { Station } from "./station.ts";

/** The result of a load. */
export interface Trial extends Seen, Sent {
  /** Frames per second that arrived. */
  delivered: number;
  /** Share of lost frames. */
  loss: number;
  /** CPU seconds of the daemons, per million frames that arrived. */
  cpu: number;
}

/** A generator and a sink. */
interface Rig {
  generator: Station;
  sink: Station;
}

/** Rigs that no trial uses now. */
const idle: Rig[] = [];
let runs = Deno.pid << 8 >>> 0;
/** Time after the last frame was sent in which frames in transit arrive, in milliseconds. */
const TRANSIT = 60;

/** Sends a load and measures what arrives; `pids` are the daemons. */
export async function tryLoad(load: Omit<Load, "run">, pids: readonly number[]): Promise<Trial> {
  const rig = idle.pop() ??
    { generator: new Station("generator.ts"), sink: new Station("sink.ts") };
  const trial = await tryOn(rig, { ...load, run: ++runs >>> 0 }, pids);
  idle.push(rig); // after an error its sink may still be watching
  return trial;
}

async function tryOn(
  { generator, sink }: Rig,
  load: Load,
  pids: readonly number[],
): Promise<Trial> {
  const { run, flows } = load;
  const interfaces = [...new Set(flows.map(({ to }) => to))];
  await sink.ask<null>({ run, flows: flows.length, interfaces } satisfies Watch);
  const before = cpuSnapshot(pids);
  const sent = await generator.ask<Sent>(load);
  await new Promise((resolve) => setTimeout(resolve, TRANSIT));
  const cpu = cpuSince(before, pids);
  const seen = await sink.ask<Seen>(null);
  return {
    ...seen,
    ...sent,
    delivered: seen.received / Math.max(seen.seconds, 0.001),
    loss: 1 - seen.received / sent.sent,
    cpu: cpu / seen.received * 1e6,
  };
}
