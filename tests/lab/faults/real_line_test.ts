import { assertEquals } from "@std/assert";
import { CODE_PADI, CODE_PADT } from "../../../src/pppoe/constants.ts";
import { needing } from "../../needs.ts";
import { insideLab, Lab } from "../lab.ts";
import { tapCable, type WireTap } from "../peers/wire_tap.ts";
import type { LabProcess } from "../process.ts";
import { startDaemon, startProxyPair } from "../proxy_pair.ts";
import { layLongPath } from "../relay/long_path.ts";
import { GUEST_PROGRAMS } from "../uml/guest.ts";
import { startLine } from "../uml/line.ts";

/** Duration of the black hole, in milliseconds. */
const BLACK_HOLE = 20_000;

/** Waits for an answer to a ping from now on. */
async function pong(customer: LabProcess): Promise<void> {
  await customer.waitForLine(/LAB PONG/, { since: customer.output.length });
}

Deno.test(needing(GUEST_PROGRAMS, {
  name: `pppd's line survives kill -9 of either daemon and a black hole of 20 s`,
  ignore: !insideLab(),
  async fn() {
    await using lab = await Lab.open();
    const { lan, wan } = await lab.cables();
    const taps = [lab.use(tapCable(lan)), lab.use(tapCable(wan))];
    const path = await layLongPath(lab, { delay: 1, loss: 0, seed: 1 });
    const daemons = await startProxyPair(lab, { path, keep: true });
    const { customer } = await startLine(lab, "never");
    await pong(customer);
    const before = opening(taps);

    daemons.server.signal("SIGKILL");
    await daemons.restartServer();
    await pong(customer);

    daemons.client.signal("SIGKILL");
    await daemons.client.status;
    const client = startDaemon(lab, "branch-1", path.near);
    await client.waitForLine(/sessions resumed/);
    await pong(customer);

    const since = client.output.length;
    await path.turn("dark");
    await new Promise((resolve) => setTimeout(resolve, BLACK_HOLE));
    await path.turn("clear");
    await pong(customer);
    await client.waitForLine(/sessions resumed/, { since });

    assertEquals(opening(taps), before);
  },
}));

/** Returns the number of PADIs and PADTs seen on each wire. */
function opening(taps: readonly WireTap[]): number[] {
  return taps.map(({ seen }) =>
    seen.all(({ code }) => code === CODE_PADI || code === CODE_PADT).length
  );
}
