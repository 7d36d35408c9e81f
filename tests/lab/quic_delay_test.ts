import { assert } from "@std/assert";
import { dialSessions } from "../../bench/dial.ts";
import { type FlowFigures, measureFlow } from "../../bench/flow.ts";
import { insideLab, Lab } from "./lab.ts";
import { startProxyPair } from "./proxy_pair.ts";
import { layLongPath } from "./relay/long_path.ts";

const ignore = !insideLab();

/** PPP payload of a full frame in bytes, and frames per second at 5 Mbit/s. */
const FULL = 1_492;
const RATE = 5e6 / 8 / FULL;

Deno.test({
  name: "Q1: a QUIC tunnel set up at 2 ms carries 5 Mbit/s both ways when the path has 40 ms",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    const path = await layLongPath(lab, { delay: 1, loss: 0, seed: 1 });
    await startProxyPair(lab, { transport: "quic", path });
    const { up: [up], down: [down] } = await dialSessions();
    const carry = async (seconds: number): Promise<FlowFigures[]> => [
      await measureFlow({ ...up, length: FULL, rate: RATE, seconds }),
      await measureFlow({ ...down, length: FULL, rate: RATE, seconds }),
    ];
    const near = await carry(2);
    await path.change({ delay: 20 });
    await carry(2);
    const far = await carry(4);
    for (const { lost } of [...near, ...far]) assert(lost < 0.01, JSON.stringify([near, far]));
  },
});
