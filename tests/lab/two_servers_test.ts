import { assertEquals, assertNotEquals } from "@std/assert";
import { freePort } from "../free_port.ts";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc } from "./peers/test_ac.ts";
import { startTestClient } from "./peers/test_client.ts";
import { ready, startDaemon, startProxyPair } from "./proxy_pair.ts";

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

/**
 * Adds a second server with the same keys and clients on wan1, and appends its address to the
 * client's list.
 */
async function addServer(lab: Lab): Promise<void> {
  const server = await Deno.readTextFile(`${lab.folder}/server.toml`);
  const client = await Deno.readTextFile(`${lab.folder}/branch-1.toml`);
  const [address] = /127\.0\.0\.1:\d+/.exec(server) ?? ["none"];
  const second = `127.0.0.1:${freePort()}`;
  await lab.write("second.toml", server.replace(address, second).replace('"wan0"', '"wan1"'));
  await lab.write(
    "branch-1.toml",
    `${client.replace(`"${address}"`, `"${address}", "${second}"`)}
[tunnel.choice]
failover_after = "1s"
failback_after = "1s"
`,
  );
}

Deno.test({
  name: "a client whose server is gone switches to the next one in its list, and returns",
  ignore: !insideLab(),
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    await lab.cable("wan1", "ac1");
    lab.use(startTestAc({ interface: "ac0", name: "near" }));
    const far = lab.use(startTestAc({ interface: "ac1", name: "far" }));
    const pair = await startProxyPair(lab);
    await pair.client.stop();
    await addServer(lab);
    await ready(startDaemon(lab, "second"));
    const client = startDaemon(lab, "branch-1");
    await ready(client);

    const host = lab.use(startTestClient("cust0"));
    const session = await host.dial({ acName: "near" });
    const since = client.output.length;
    pair.server.signal("SIGKILL");
    await ready(client, since);
    await session.ended;
    const next = await host.dial({ hostUniq: Uint8Array.of(1), acName: "far" });
    await next.echo(Uint8Array.of(0, 0x21, 1));
    assertEquals(far.sessions.size, 1);
    const [sessionId] = far.sessions.keys(); // the customer may see another id

    const moved = client.output.length;
    await pair.restartServer();
    await ready(client, moved);
    await Promise.all([next.ended, far.ended(sessionId)]);
    await (await host.dial({ hostUniq: Uint8Array.of(2), acName: "near" })).echo(
      Uint8Array.of(0, 0x21, 2),
    );
  },
});
