import { assert } from "@std/assert";
import { dialSessions } from "../../bench/dial.ts";
import { type FlowFigures, measureFlow } from "../../bench/flow.ts";
import type { Flow } from "../../bench/load.ts";
import { insideLab, Lab } from "./lab.ts";
import { startProxyPair } from "./proxy_pair.ts";
import { layLongPath } from "./relay/long_path.ts";

const ignore = !insideLab();

/** PPP payload of a full frame, in bytes. */
const FULL = 1_492;

function flood(flow: Flow, megabits: number, seconds: number): Promise<FlowFigures> {
  return measureFlow({ ...flow, length: FULL, rate: megabits * 1e6 / 8 / FULL, seconds });
}

Deno.test({
  name: "Q1: a QUIC tunnel set up at 2 ms carries as much when its path has 60 ms, without a dial",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    const path = await layLongPath(lab, { delay: 1, loss: 0, seed: 1 });
    const { client } = await startProxyPair(lab, { transport: "quic", path });
    const { up: [up], down: [down] } = await dialSessions();
    // QUIC's congestion control learns the path's delay when it is what limits sending.
    for (const megabits of [5, 50, 100]) {
      await flood(up, megabits, 1);
      await flood(down, megabits, 1);
    }
    const since = client.output.length;
    await path.change({ delay: 30 });
    await client.waitForLine(/path became longer/, { since, timeout: 20_000 });
    await client.waitForLine(/sessions resumed/, { since, timeout: 10_000 });
    await flood(down, 5, 2);
    const figures = [await flood(up, 5, 3), await flood(down, 5, 3), await flood(down, 30, 3)];
    // What a connection of that delay loses while it learns the rate; without a new one half is lost.
    for (const { lost } of figures) assert(lost < 0.05, JSON.stringify(figures));
  },
});
