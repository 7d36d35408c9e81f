import { assertEquals } from "@std/assert";
import { CODE_PADT } from "../../src/pppoe/constants.ts";
import { insideLab, Lab } from "./lab.ts";
import { measureEcho } from "./measure.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { startTestClient } from "./peers/test_client.ts";
import { tapCable } from "./peers/wire_tap.ts";
import { startProxyPair } from "./proxy_pair.ts";

const ignore = !insideLab();

Deno.test({
  name: "over QUIC a customer dials, frames of all lengths cross both ways, and the PADT arrives",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { lan, wan } = await lab.cables();
    const taps = [lab.use(tapCable(lan)), lab.use(tapCable(wan))];
    const ac = lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    await startProxyPair(lab, { transport: "quic" });
    const session = await lab.use(startTestClient("cust0")).dial({ hostUniq: Uint8Array.of(7) });
    for (let length = 2; length <= 1_492; length += 10) {
      await session.echo(new Uint8Array(length).fill(length));
    }
    await measureEcho(session, { frames: 500, pings: 10, length: 1_492 });
    session.terminate();
    await ac.ended(session.sessionId);
    for (const [tap, end] of [[taps[0], "lan0"], [taps[1], "ac0"]] as const) await tap.padt(end);
    assertEquals(taps.map((tap) => tap.seen.lost), [0, 0]);
  },
});

Deno.test({
  name: "over QUIC a server that shuts down sends PADTs to both wires and the reason to the client",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { lan, wan } = await lab.cables();
    const taps = [lab.use(tapCable(lan)), lab.use(tapCable(wan))];
    lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const daemons = await startProxyPair(lab, { transport: "quic" });
    const session = await lab.use(startTestClient("cust0")).dial({});
    await session.echo(new Uint8Array(100));
    const { code } = await daemons.server.stop();
    assertEquals(code, 0);
    await session.ended;
    await daemons.client.waitForLine(/tunnel closed.*"shutdown","by":"server"/);
    await taps[1].padt("ac0");
    // No server listens on that port: a client that dials it still stops at once.
    assertEquals((await daemons.client.stop()).code, 0);
    const padts = taps.map((tap) => tap.seen.all((frame) => frame.code === CODE_PADT).length > 0);
    assertEquals(padts, [true, true]);
  },
});
