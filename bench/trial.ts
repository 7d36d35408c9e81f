import { cpuSince, cpuSnapshot } from "./process_figures.ts";
import type { GeneratorRequest, Load, Seen, Sent, SinkRequest } from "./load.ts";
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

let runs = Deno.pid << 8 >>> 0;
/** Time after the last frame was sent in which frames in transit arrive, in milliseconds. */
const TRANSIT = 60;

/** A generator and a sink, which keep the interfaces of their last load open. */
export class Rig {
  #generator = new Station("generator.ts");
  #sink = new Station("sink.ts");

  /** Sends a load and measures what arrives; `pids` are the daemons. */
  async try(load: Omit<Load, "run">, pids: readonly number[]): Promise<Trial> {
    return await tryOn(this.#generator, this.#sink, { ...load, run: ++runs >>> 0 }, pids);
  }

  /** Closes the interfaces, so that they cost other rigs nothing. */
  async close(): Promise<void> {
    const ask = (station: Station) => station.ask<null>("close" satisfies SinkRequest);
    await Promise.all([this.#generator, this.#sink].map(ask));
  }
}

/** Rigs that no trial uses now. */
const idle: Rig[] = [];

/** Tries a load on a rig whose interfaces are closed afterwards; `pids` are the daemons. */
export async function tryLoad(load: Omit<Load, "run">, pids: readonly number[]): Promise<Trial> {
  const rig = takeRig();
  const trial = await rig.try(load, pids);
  await returnRig(rig);
  return trial;
}

/** Returns a rig that no trial uses. */
export function takeRig(): Rig {
  return idle.pop() ?? new Rig();
}

/** Makes a rig available to others; not after an error, when it may still be watching. */
export async function returnRig(rig: Rig): Promise<void> {
  await rig.close();
  idle.push(rig);
}

async function tryOn(
  generator: Station,
  sink: Station,
  load: Load,
  pids: readonly number[],
): Promise<Trial> {
  const { run, flows } = load;
  const interfaces = [...new Set(flows.map(({ to }) => to))];
  await sink.ask<null>({ run, flows: flows.length, interfaces } satisfies SinkRequest);
  const before = cpuSnapshot(pids);
  const sent = await generator.ask<Sent>(load satisfies GeneratorRequest);
  await new Promise((resolve) => setTimeout(resolve, TRANSIT));
  const cpu = cpuSince(before, pids);
  const seen = await sink.ask<Seen>("report" satisfies SinkRequest);
  return {
    ...seen,
    ...sent,
    delivered: seen.received / Math.max(seen.seconds, 0.001),
    loss: 1 - seen.received / sent.sent,
    cpu: cpu / seen.received * 1e6,
  };
}
