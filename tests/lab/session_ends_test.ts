import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { CODE_PADI, CODE_PADT, TAG_SERVICE_NAME } from "../../src/pppoe/constants.ts";
import { encodeDiscovery } from "../../src/pppoe/frame.ts";
import { BROADCAST } from "../../src/pppoe/mac.ts";
import { encodeTags } from "../../src/pppoe/tags.ts";
import { insideLab, Lab } from "./lab.ts";
import { openPort } from "./peers/port.ts";
import { startTestAc, type TestAc } from "./peers/test_ac.ts";
import { startTestClient, type TestClient } from "./peers/test_client.ts";
import { type ProxyPair, startProxyPair } from "./proxy_pair.ts";
import { runCommand } from "./process.ts";

const ignore = !insideLab();
const IPV4 = Uint8Array.of(0, 0x21, 0x45, 0, 0, 1);
const TERMINATE = Uint8Array.of(0xc0, 0x21, 5, 1, 0, 4);
const QUICK = '[sessions]\nterminate_linger = "4s"';
/** Longer for clients, so that the server ends a session, and the other side gets a PADT. */
const LATER = '[sessions]\nterminate_linger = "12s"';

async function start(
  lab: Lab,
  options: Parameters<typeof startProxyPair>[1] = {},
): Promise<{ ac: TestAc; host: TestClient; daemons: ProxyPair }> {
  await lab.cables();
  const ac = lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
  const daemons = await startProxyPair(lab, options);
  return { ac, host: lab.use(startTestClient("cust0")), daemons };
}

function padts(peer: TestAc | TestClient): number {
  return peer.seen.all(({ code }) => code === CODE_PADT).length;
}

Deno.test({
  name:
    "a session whose PPP was terminated ends with one PADT on each wire, and a renegotiated one continues",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { ac, host, daemons } = await start(lab, { server: QUICK, client: LATER });
    const over = await host.dial({ hostUniq: Uint8Array.of(1) });
    const renewed = await host.dial({ hostUniq: Uint8Array.of(2) });
    await renewed.echo(TERMINATE);
    await over.echo(TERMINATE); // the lab's AC returns it
    await renewed.echo(IPV4);
    await Promise.all([over.ended, ac.ended(over.sessionId)]);
    await daemons.server.waitForLine(/session closed.*lcp-terminated/);
    await renewed.echo(IPV4);
    assertEquals([padts(host), padts(ac)], [1, 1]);
  },
});

Deno.test({
  name:
    "K3: hosts that negotiate LCP again after a Terminate keep their session, however long it takes",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { ac, host, daemons } = await start(lab, { server: QUICK, client: LATER });
    const session = await host.dial({ hostUniq: Uint8Array.of(1) });
    await session.echo(TERMINATE); // the lab's AC returns it
    for (let second = 0; second < 7; second++) {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await session.echo(Uint8Array.of(0xc0, 0x21, 1, second, 0, 4));
    }
    assertEquals([padts(host), padts(ac)], [0, 0]);
    await session.echo(TERMINATE);
    await Promise.all([session.ended, ac.ended(session.sessionId)]);
    await daemons.server.waitForLine(/session closed.*lcp-terminated/);
  },
});

for (const side of ["server", "client"] as const) {
  Deno.test({
    name:
      `when the ${side}'s interface address changes, sessions end on both wires and are dialled again`,
    ignore,
    async fn() {
      await using lab = await Lab.open();
      const { ac, host, daemons } = await start(lab);
      const session = await host.dial({ hostUniq: Uint8Array.of(1) });
      await session.echo(IPV4);
      const wire = side === "server" ? "wan0" : "lan0";
      await runCommand("ip", "link", "set", "dev", wire, "address", "02:00:00:00:77:01");
      await Promise.all([session.ended, ac.ended(session.sessionId)]);
      await daemons[side].waitForLine(/interface address changed/);
      const again = await host.dial({ hostUniq: Uint8Array.of(2) });
      await again.echo(IPV4);
      const peer = side === "server" ? ac.sessions.get(again.sessionId) : again.concentrator;
      assertEquals(peer, 0x02_00_00_00_77_01);
      assertNotEquals(again.sessionId, session.sessionId);
      assertEquals([padts(host), padts(ac)], [1, 1]);
    },
  });
}

Deno.test({
  name: "5 s of 1,000 PADIs a second from random addresses do not harm open sessions",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { ac, host } = await start(lab);
    const sessions = [];
    for (let i = 0; i < 5; i++) {
      sessions.push(await host.dial({ hostUniq: Uint8Array.of(i) }));
    }
    const storm = lab.use(openPort("cust0", () => {}));
    const before = ac.seen.all(({ code }) => code === CODE_PADI).length;
    const began = performance.now();
    let sent = 0;
    while (sent < 5_000) {
      const due = Math.floor(performance.now() - began);
      for (; sent < Math.min(due, 5_000); sent++) storm.send(padi(0x02_55_00_00_00_00 + sent));
      // Rejects if a frame is lost.
      await Promise.all(sessions.map((session) => session.echo(IPV4)));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const seconds = (performance.now() - began) / 1_000;
    const passed = ac.seen.all(({ code }) => code === CODE_PADI).length - before;
    assert(passed <= 200 * seconds + 50, `${passed} PADIs at the AC in ${seconds} s`);
    assert(passed >= 100, `${passed} PADIs at the AC in ${seconds} s`);
    assertEquals([padts(host), padts(ac)], [0, 0]);
    assertEquals(sessions.every(({ sessionId }) => ac.sessions.has(sessionId)), true);
  },
});

function padi(source: number): Uint8Array {
  const tags = encodeTags([{ type: TAG_SERVICE_NAME, value: new Uint8Array(0) }]);
  return encodeDiscovery({ source, destination: BROADCAST, code: CODE_PADI, sessionId: 0, tags });
}
