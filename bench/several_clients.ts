/**
 * Several clients on one server: how it shares its capacity, and the cost of a client that hangs.
 */
import { Lab } from "../tests/lab/lab.ts";
import type { LabProcess } from "../tests/lab/process.ts";
import { startProxyPair } from "../tests/lab/proxy_pair.ts";
import { dialSessions } from "./dial.ts";
import { jain, median } from "./figures.ts";
import type { Flow } from "./load.ts";
import { memoryOf } from "./process_figures.ts";
import type { Figures } from "./section.ts";
import type { Findings } from "./section.ts";
import { type Trial, tryLoad } from "./trial.ts";

const CLIENTS = 8;
const SIZE = 1510;
/** Keeps a hanging client connected while the others are measured. */
const PATIENT = `
[tunnel.keepalive]
interval = "3s"
timeout = "120s"
`;
/** Time for a resumed client to catch up, in milliseconds. */
const RECOVERY = 500;

/** Floods all clients equally, in each direction; then once more with one of them stopped. */
export async function severalClients(quick: boolean): Promise<Findings> {
  const rounds = quick ? 2 : 5;
  await using lab = await Lab.open();
  await lab.cable("wan0", "ac0");
  const lans = Array.from({ length: CLIENTS }, (_, i) => `lan${i}`);
  const customers = lans.map((_, i) => `cust${i}`);
  for (const [i, lan] of lans.entries()) await lab.cable(customers[i], lan);
  const { server, clients } = await startProxyPair(lab, {
    clients: Object.fromEntries(lans.map((lan) => [`branch-${lan}`, lan])),
    server: PATIENT,
    client: PATIENT,
  });
  const { up, down } = await dialSessions({ sessions: CLIENTS, lans: customers });
  const [first] = clients.values();
  const load = (flows: Flow[], rate: number) =>
    tryLoad({ flows, size: SIZE, rate, seconds: 1 }, [server.pid]);
  const fairness = await sharing(rounds, { up, down }, load);
  const rate = fairness["down, delivered in all, frames/s"] / 2;
  const stall = await stalling(rounds, () => load(down, rate), server, first);
  return {
    how:
      `${CLIENTS} clients with one customer each, ${SIZE} B frames offered to all equally: a flood, ` +
      `then half of its delivered rate with one client stopped. Medians of ${rounds} rounds.`,
    figures: { ...fairness, ...stall },
    goals: {
      "up, Jain's index": { atLeast: 0.95 },
      "down, Jain's index": { atLeast: 0.95 },
      [OTHERS]: { atLeast: 95 },
      [GROWN]: { below: 4 },
    },
  };
}

/**
 * Measures how evenly a flood arrives (Jain, Chiu, Hawe: 1 if all get the same, 1/n if one gets
 * everything).
 */
async function sharing(
  rounds: number,
  ways: Record<string, Flow[]>,
  load: (flows: Flow[], rate: number) => Promise<Trial>,
): Promise<Figures> {
  const figures: Figures = {};
  for (const [way, flows] of Object.entries(ways)) {
    const trials: Trial[] = [];
    for (let round = 0; round < rounds; round++) trials.push(await load(flows, 0));
    figures[`${way}, offered in all, frames/s`] = median(trials.map(({ offered }) => offered));
    figures[`${way}, delivered in all, frames/s`] = median(trials.map((one) => one.delivered));
    figures[`${way}, Jain's index`] = median(trials.map(({ byFlow }) => jain(byFlow)));
  }
  return figures;
}

const OTHERS = "delivered to the seven others beside a stopped client, % of before";
const GROWN = "server's memory more with a stopped client, MiB";

/**
 * Measures the share of the other clients while the first one is stopped, and the server's extra
 * memory.
 */
async function stalling(
  rounds: number,
  load: () => Promise<Trial>,
  server: LabProcess,
  first: LabProcess,
): Promise<Figures> {
  const others = ({ byFlow }: Trial) => byFlow.slice(1).reduce((sum, frames) => sum + frames, 0);
  const [shares, latencies, grown]: [number[], [number, number][], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    const before = await load();
    const memory = memoryOf(server.pid).resident;
    first.signal("SIGSTOP");
    const during = await load().finally(() => first.signal("SIGCONT"));
    grown.push((memoryOf(server.pid).resident - memory) / 2 ** 20);
    shares.push(others(during) / during.sent / (others(before) / before.sent));
    latencies.push([before.p99, during.p99]);
    await new Promise((resolve) => setTimeout(resolve, RECOVERY));
  }
  return {
    [OTHERS]: median(shares) * 100,
    "latency p99 before, us": median(latencies.map(([before]) => before)),
    "latency p99 of the seven others, us": median(latencies.map(([, during]) => during)),
    [GROWN]: Math.max(...grown),
  };
}
