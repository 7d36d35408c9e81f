/** An overloaded path of 20 Mbit/s: its standing queue, and the effect on a small session. */
import { Lab } from "../tests/lab/lab.ts";
import { startProxyPair } from "../tests/lab/proxy_pair.ts";
import { laySlowCable } from "../tests/lab/relay/slow_cable.ts";
import { dialSessions } from "./dial.ts";
import { PATIENCE, ping } from "./ping.ts";
import type { Findings } from "./section.ts";
import { tryLoad } from "./trial.ts";

const MEGABITS = 20;
const OFFERED = 40;
const FULL = 1510;
/** Seconds of load before the small session starts, and after it ends. */
const BEFORE = 1;

/**
 * Sends full frames from the AC at twice the path's rate, and ten small ones per second in another
 * session.
 */
export async function slowLink(quick: boolean): Promise<Findings> {
  const seconds = quick ? 4 : 10;
  await using lab = await Lab.open();
  await lab.cables();
  const path = await laySlowCable(lab, MEGABITS);
  const { server, client } = await startProxyPair(lab, { path });
  const { up, down } = await dialSessions({ sessions: 2 });
  const pids = [server.pid, client.pid];
  const load = (megabits: number, seconds: number) => {
    const rate = megabits * 1e6 / 8 / FULL;
    return tryLoad({ flows: [down[0]], size: FULL, rate, seconds }, pids);
  };
  const light = await load(MEGABITS / 4, 1);
  const idle = await ping(down[1], up[1], 1);
  const small = async () => {
    await new Promise((resolve) => setTimeout(resolve, BEFORE * 1_000));
    return await ping(down[1], up[1], seconds);
  };
  const [big, beside] = await Promise.all([load(OFFERED, seconds + 2 * BEFORE), small()]);
  const queue = "standing queue (median latency, less that at 5 Mbit/s), ms";
  return {
    how:
      `A token bucket of ${MEGABITS} Mbit/s that queues up to 20 ms in each direction; ${FULL} B ` +
      `frames at ${OFFERED} Mbit/s from the AC to one customer, 10 frames per second to another; a lost frame counts as ${PATIENCE} ms.`,
    figures: {
      "full frames delivered, Mbit/s": big.delivered * FULL * 8 / 1e6,
      "full frames, latency p50, ms": big.p50 / 1_000,
      "full frames, latency p99, ms": big.p99 / 1_000,
      [queue]: (big.p50 - light.p50) / 1_000,
      "small frames, one way p50, ms": beside.oneWay.p50,
      "small frames, one way p99, ms": beside.oneWay.p99,
      "small frames, there and back p50, ms": beside.roundTrip.p50,
      "small frames, there and back p99, ms": beside.roundTrip.p99,
      "small frames lost on the way there, %": beside.lostThere * 100,
      "small frames lost there and back, %": beside.lost * 100,
      "small frames lost without load, %": idle.lost * 100,
      "small frames without load, there and back p50, ms": idle.roundTrip.p50,
    },
    goals: {
      [queue]: { below: 50 },
      "small frames, there and back p99, ms": { below: 100 },
    },
  };
}
