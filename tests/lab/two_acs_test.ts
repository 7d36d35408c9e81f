import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { CODE_PADR, CODE_SESSION } from "../../src/pppoe/constants.ts";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc, type TestAc } from "./peers/test_ac.ts";
import { acName, startTestClient } from "./peers/test_client.ts";
import { startProxyPair } from "./proxy_pair.ts";

const ignore = !insideLab();
const SECOND_AC = 0x02_00_5e_00_00_02;

/** Starts two ACs on ac0 that assign the same session ids. */
function startTwoAcs(lab: Lab): [TestAc, TestAc] {
  const common = { interface: "ac0", firstSessionId: 0x1234 };
  return [
    lab.use(startTestAc({ ...common, name: "first" })),
    lab.use(startTestAc({ ...common, name: "second", mac: SECOND_AC })),
  ];
}

function requests(ac: TestAc): number {
  return ac.seen.all(({ code }) => code === CODE_PADR).length;
}

for (const mac of ["own", "transparent"] as const) {
  Deno.test({
    name: `the customer's choice of the second of two ACs reaches that AC, mac = "${mac}"`,
    ignore,
    async fn() {
      await using lab = await Lab.open();
      await lab.cables();
      const [first, second] = startTwoAcs(lab);
      await startProxyPair(lab, { mac });
      const host = lab.use(startTestClient("cust0"));
      const hostUniq = Uint8Array.of(7);
      const pado = await host.discover({ hostUniq, acName: "second" });
      await host.seen.first((frame) => acName(frame) === "first", "the other offer");
      const pads = await host.request(pado, { hostUniq });
      assertNotEquals(pads.sessionId, 0);
      assertEquals([requests(first), requests(second)], [0, 1]);
      assertEquals([first.sessions.size, second.sessions.size], [0, 1]);
    },
  });

  Deno.test({
    name: `sessions of equal id on two ACs are kept apart, mac = "${mac}"`,
    ignore,
    async fn() {
      await using lab = await Lab.open();
      await lab.cables();
      const acs = startTwoAcs(lab);
      await startProxyPair(lab, { mac });
      const host = lab.use(startTestClient("cust0"));
      const one = await host.dial({ hostUniq: Uint8Array.of(1), acName: "first" });
      const two = await host.dial({ hostUniq: Uint8Array.of(2), acName: "second" });
      for (const ac of acs) assertEquals([...ac.sessions.keys()], [0x1234]);
      // Behind one address the customer could not distinguish them.
      if (mac === "own") assertNotEquals(one.sessionId, two.sessionId);
      else assertEquals(one.sessionId, two.sessionId);

      const payloads = [0xa1, 0xb2].map((byte) => Uint8Array.of(0, 0x21, byte, byte));
      await one.echo(payloads[0]);
      await two.echo(payloads[1]);
      for (const [index, ac] of acs.entries()) {
        const frames = ac.seen.all(({ code }) => code === CODE_SESSION);
        assertEquals(frames.map(({ payload }) => payload), [payloads[index]]);
      }
      assertEquals([...one.received.entries, ...two.received.entries], payloads);

      // The end of one does not affect the other.
      one.terminate();
      await acs[0].ended(0x1234);
      await two.echo(Uint8Array.of(0, 0x21, 0xcc));
      assert(acs[1].sessions.has(0x1234));
      acs[1].terminate(0x1234);
      assertEquals((await two.ended).sessionId, two.sessionId);
    },
  });
}
