/**
 * Tests of the hosts themselves, with a bridge in place of the daemons: a failure here is not the
 * proxy's.
 */
import { assertEquals } from "@std/assert";
import { packetSockets, rivalsAmong } from "../../src/checks/discovery_sockets.ts";
import { serviceNameError } from "../../src/pppoe/error_tags.ts";
import { bridge } from "./bridge.ts";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { acName, startTestClient } from "./peers/test_client.ts";
import { tapCable } from "./peers/wire_tap.ts";

const ignore = !insideLab();
const SECOND_AC = 0x02_00_5e_00_00_02;

async function bridged(lab: Lab) {
  const { lan, wan } = await lab.cables();
  await bridge(lab, "lan0", "wan0");
  return { lan, wan };
}

Deno.test({
  name: "the test client and the test AC dial, echo and end a session over a bridge",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { lan, wan } = await bridged(lab);
    const taps = [lab.use(tapCable(lan)), lab.use(tapCable(wan))];
    const ac = lab.use(startTestAc({ interface: "ac0", name: "first", firstSessionId: 0x100 }));
    const client = lab.use(startTestClient("cust0"));
    const session = await client.dial({ hostUniq: Uint8Array.of(1, 0, 255) });
    assertEquals(session.sessionId, 0x100);
    for (const length of [1, 40, 1492]) {
      await session.echo(new Uint8Array(length).fill(length));
    }
    session.terminate();
    await ac.ended(session.sessionId);
    assertEquals(ac.sessions.size, 0);
    await taps[0].carried("lan0", 3);
    await taps[1].carried("wan0", 3);
    // A daemon there would not report the taps.
    assertEquals(rivalsAmong(packetSockets("lan0"), new Set()), []);
    // The AC can end a session, too.
    const second = await client.dial({});
    ac.terminate(second.sessionId);
    await second.ended;
  },
});

Deno.test({
  name: "two test ACs on one wire are distinguished, and a refusal arrives",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await bridged(lab);
    lab.use(startTestAc({ interface: "ac0", name: "first" }));
    const refusal = serviceNameError("no");
    lab.use(startTestAc({ interface: "ac0", name: "second", mac: SECOND_AC, refusal }));
    const client = lab.use(startTestClient("cust0"));
    const session = await client.dial({ acName: "first" });
    assertEquals(acName(session.pado), "first");
    const pado = await client.discover({ acName: "second" });
    const pads = await client.request(pado);
    assertEquals([pads.sessionId, pads.tags[0]], [0, refusal]);
  },
});
