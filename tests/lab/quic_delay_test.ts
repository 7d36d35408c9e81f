import { assert, assertEquals } from "@std/assert";
import { dialSessions } from "../../bench/dial.ts";
import { measureFlow } from "../../bench/flow.ts";
import type { Flow } from "../../bench/load.ts";
import { insideLab, Lab } from "./lab.ts";
import { startProxyPair } from "./proxy_pair.ts";
import { layLongPath } from "./relay/long_path.ts";

const ignore = !insideLab();

/** PPP payload of a full frame, in bytes. */
const FULL = 1_492;
/** A load that a new connection carries, in Mbit/s. */
const LOAD = 30;
/**
 * Share of it that may be lost. A connection that was set up at 2 ms loses 0.9 of it, for as long as
 * it lives; one that knows its path loses some only where the machine stops a daemon.
 */
const MAY_LOSE = 0.5;
/** Number of loads of which one must be carried. */
const ATTEMPTS = 4;

/** Returns the share of a load that is lost. */
async function flood(flow: Flow, megabits: number, seconds: number): Promise<number> {
  const load = { ...flow, length: FULL, rate: megabits * 1e6 / 8 / FULL, seconds };
  return (await measureFlow(load)).lost;
}

/** Returns the smallest share that is lost of a few loads, until one is carried. */
async function bestOf(flow: Flow): Promise<number> {
  let least = 1;
  for (let attempt = 0; attempt < ATTEMPTS && least > MAY_LOSE; attempt++) {
    least = Math.min(least, await flood(flow, LOAD, 2));
  }
  return least;
}

Deno.test({
  name: "Q1: a QUIC tunnel set up at 2 ms carries as much when its path has 60 ms, without a dial",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    const path = await layLongPath(lab, { delay: 1, loss: 0, seed: 1 });
    const pair = await startProxyPair(lab, { transport: "quic", path, keep: true });
    const { up: [up], down: [down] } = await dialSessions();
    // QUIC's congestion control learns the path's delay when it is what limits sending.
    for (const megabits of [5, 50, 100]) {
      await flood(up, megabits, 1);
      await flood(down, megabits, 1);
    }
    const since = pair.client.output.length;
    await path.change({ delay: 30 });
    await pair.client.waitForLine(/path became longer/, { since });
    await pair.client.waitForLine(/sessions resumed/, { since });
    const lost = [await bestOf(down), await bestOf(up)];
    if (Math.max(...lost) > MAY_LOSE) {
      // This machine may be too busy for the load: then a new connection does not carry it either.
      const again = pair.client.output.length;
      pair.server.signal("SIGKILL");
      await pair.restartServer();
      await pair.client.waitForLine(/sessions resumed/, { since: again });
      const fresh = [await bestOf(down), await bestOf(up)];
      const facts = `lost ${lost}, of a new connection ${fresh}`;
      assert(lost.every((share, way) => share <= fresh[way] + MAY_LOSE / 2), facts);
    }
    const dials = pair.client.output.all((line) => /session (opened|closed)/.test(line), since);
    assertEquals(dials, []);
  },
});
