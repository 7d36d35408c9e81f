import { assertEquals } from "@std/assert";
import { CODE_PADT } from "../../../src/pppoe/constants.ts";
import { insideLab, Lab } from "../lab.ts";
import { startTestAc } from "../peers/test_ac.ts";
import { startTestClient } from "../peers/test_client.ts";
import { startProxyPair } from "../proxy_pair.ts";
import { testFaults } from "./matrix.ts";
import { PEER_FAULTS } from "./peer_faults.ts";

testFaults("sessions that a host ends or loses end on both wires", PEER_FAULTS);

Deno.test({
  name: "when an AC silently loses its sessions, idle ones end on both wires, once",
  ignore: !insideLab(),
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    const ac = lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const impatient = '[sessions]\nidle_timeout = "10s"';
    const daemons = await startProxyPair(lab, { server: impatient });
    const host = lab.use(startTestClient("cust0"));
    const session = await host.dial({ hostUniq: Uint8Array.of(1) });
    await session.echo(Uint8Array.of(0, 0x21, 1));
    ac.restart({ silent: true });
    session.send(Uint8Array.of(0, 0x21, 2)); // the customer continues for a while
    await ac.ended(session.sessionId);
    await session.ended;
    await daemons.server.waitForLine(/session closed.*idle/);
    const again = await host.dial({ hostUniq: Uint8Array.of(2) });
    await again.echo(Uint8Array.of(0, 0x21, 3));
    const padts = [host, ac].map(({ seen }) => seen.all(({ code }) => code === CODE_PADT).length);
    assertEquals(padts, [1, 1]);
  },
});
