import { assertEquals, assertNotEquals } from "@std/assert";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { startTestClient } from "./peers/test_client.ts";
import { startProxyPair } from "./proxy_pair.ts";

/**
 *     cust0 ══ lan0  [client 1] ── [server 1]  wan0 ══ ac0
 *                    [client 2] ── [server 2]  wan1 ══ ac1
 */
for (const mac of ["own", "transparent"] as const) {
  Deno.test({
    name: `a customer uses the ACs of two servers at once, mac = "${mac}"`,
    ignore: !insideLab(),
    async fn() {
      await using lab = await Lab.open();
      await using other = await Lab.open();
      await lab.cables();
      await lab.cable("wan1", "ac1");
      const near = lab.use(startTestAc({ interface: "ac0", name: "near", firstSessionId: 7 }));
      const far = lab.use(startTestAc({ interface: "ac1", name: "far", firstSessionId: 70 }));
      await startProxyPair(lab, { mac });
      await startProxyPair(other, { mac, wan: "wan1", clients: { "branch-2": "lan0" } });

      const host = lab.use(startTestClient("cust0"));
      const one = await host.dial({ hostUniq: Uint8Array.of(1), acName: "near" });
      const two = await host.dial({ hostUniq: Uint8Array.of(2), acName: "far" });
      assertEquals([[...near.sessions.keys()], [...far.sessions.keys()]], [[7], [70]]);
      assertNotEquals(one.sessionId, two.sessionId);
      for (const [session, byte] of [[one, 1], [two, 2]] as const) {
        const payload = Uint8Array.of(0, 0x21, byte);
        assertEquals([...await session.echo(payload)], [...payload]);
      }
      one.terminate();
      await near.ended(7);
      assertEquals([...await two.echo(Uint8Array.of(0, 0x21, 9))], [0, 0x21, 9]);
      assertEquals([near.sessions.size, far.sessions.size], [0, 1]);
    },
  });
}
