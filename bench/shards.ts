/** A server with several threads: what they carry together, and what each frame costs. */
import { Lab } from "../tests/lab/lab.ts";
import { startProxyPair } from "../tests/lab/proxy_pair.ts";
import { dialSessions } from "./dial.ts";
import { jain, median } from "./figures.ts";
import type { Flow } from "./load.ts";
import { cpuSnapshot, memoryOf } from "./process_figures.ts";
import type { Figures, Section } from "./section.ts";
import { tryLoad } from "./trial.ts";

const CLIENTS = 8;
const SIZE = 1510;
/** Share of a flood's rate at which costs are measured. */
const MODERATE = 0.5;
const SECONDS = 1;

/** Reads a list of numbers of threads, as in "1,2,4". Throws TypeError. */
export function readThreadCounts(list: string | undefined): number[] | undefined {
  const counts = list?.split(",").map(Number);
  if (counts?.some((count) => !(Number.isInteger(count) && count >= 1 && count <= 64))) {
    throw new TypeError(`Cannot compare "${list}" threads: give numbers from 1 to 64, as in 1,2,4`);
  }
  return counts;
}

/** Returns the section that compares these numbers of threads, in turn in each round. */
export function shardsSection(counts: readonly number[]): Section {
  return async (quick) => {
    const rounds = quick ? 2 : 5;
    const measured = new Map<string, number[]>();
    for (let round = 0; round < rounds; round++) {
      for (const count of counts) {
        for (const [name, value] of Object.entries(await measure(count))) {
          const key = `shards = ${count}: ${name}`;
          measured.set(key, [...measured.get(key) ?? [], value]);
        }
      }
    }
    const figures = Object.fromEntries([...measured].map(([key, all]) => [key, median(all)]));
    const how =
      `${CLIENTS} clients with one customer each, ${SIZE} B frames in both directions at once: a ` +
      `flood, then ${MODERATE} of its delivered rate. Medians of ${rounds} rounds, with new ` +
      "daemons in each. The capacity is what the busiest thread of the server could carry if it " +
      "had a core of its own.";
    return { how, figures, goals: {} };
  };
}

async function measure(shards: number): Promise<Figures> {
  await using lab = await Lab.open();
  await lab.cable("wan0", "ac0");
  const lans = Array.from({ length: CLIENTS }, (_, i) => `lan${i}`);
  const customers = lans.map((_, i) => `cust${i}`);
  for (const [i, lan] of lans.entries()) await lab.cable(customers[i], lan);
  const { server } = await startProxyPair(lab, {
    shards,
    clients: Object.fromEntries(lans.map((lan) => [`branch-${lan}`, lan])),
  });
  const ways = Object.values(await dialSessions({ sessions: CLIENTS, lans: customers }));
  const atRest = memoryOf(server.pid).resident;
  const flood = await bothWays(ways, 0, server.pid);
  const rate = flood.delivered * MODERATE / ways.length;
  const { cpu, share, capacity, loss } = await bothWays(ways, rate, server.pid);
  return {
    "flood, delivered both ways, frames/s": flood.delivered,
    "flood, Jain's index of the clients": flood.fairness,
    "half of it: server's CPU seconds per million frames": cpu,
    "half of it: busiest thread's share of the server's CPU, %": share * 100,
    "half of it: capacity with a core for each thread, frames/s": capacity,
    "half of it: loss, %": loss * 100,
    "server's resident memory before, MiB": atRest / 2 ** 20,
  };
}

/** The result of a load in both directions. */
interface Load {
  /** Frames per second, in all. */
  delivered: number;
  loss: number;
  fairness: number;
  /** CPU seconds of the server per million frames. */
  cpu: number;
  /** Share of the busiest thread in the server's CPU time. */
  share: number;
  /** Frames per second, if that thread were always busy. */
  capacity: number;
}

async function bothWays(ways: readonly Flow[][], rate: number, pid: number): Promise<Load> {
  const before = cpuSnapshot([pid]);
  const trials = await Promise.all(
    ways.map((flows) => tryLoad({ flows, size: SIZE, rate, seconds: SECONDS }, [pid])),
  );
  const used = [...cpuSnapshot([pid])].map(([thread, nanoseconds]) =>
    (nanoseconds - (before.get(thread) ?? 0)) / 1e9
  );
  const all = used.reduce((sum, seconds) => sum + seconds, 0);
  const busiest = Math.max(...used);
  const received = trials.reduce((sum, trial) => sum + trial.received, 0);
  const sent = trials.reduce((sum, trial) => sum + trial.sent, 0);
  const byClient = trials[0].byFlow.map((_, i) =>
    trials.reduce((sum, { byFlow }) => sum + byFlow[i], 0)
  );
  return {
    delivered: trials.reduce((sum, trial) => sum + trial.delivered, 0),
    loss: 1 - received / sent,
    fairness: jain(byClient),
    cpu: all / received * 1e6,
    share: busiest / all,
    capacity: received / busiest,
  };
}
