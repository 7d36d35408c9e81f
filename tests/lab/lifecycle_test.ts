import { assertEquals, assertNotEquals } from "@std/assert";
import {
  CODE_PADI,
  CODE_PADT,
  TAG_AC_COOKIE,
  TAG_GENERIC_ERROR,
  TAG_HOST_UNIQ,
} from "../../src/pppoe/constants.ts";
import { findTag } from "../../src/pppoe/tags.ts";
import { insideLab, Lab } from "./lab.ts";
import { startTestAc, type TestAc } from "./peers/test_ac.ts";
import { type DialedSession, startTestClient, type TestClient } from "./peers/test_client.ts";
import {
  makeSecret,
  type PairOptions,
  type ProxyPair,
  ready,
  startDaemon,
  startProxyPair,
} from "./proxy_pair.ts";

const ignore = !insideLab();
/** Not the first id, so that a proxy that counts ids itself is detected. */
const SESSION_ID = 0x0777;
const PAYLOAD = Uint8Array.of(0, 0x21, 0x45, 0, 0, 1);

interface Dialed {
  ac: TestAc;
  host: TestClient;
  daemons: ProxyPair;
  session: DialedSession;
}

/** Starts daemons with one open session that has carried a frame. */
async function dialed(lab: Lab, options: PairOptions = {}): Promise<Dialed> {
  await lab.cables();
  const ac = lab.use(startTestAc({ interface: "ac0", name: "lab-ac", firstSessionId: SESSION_ID }));
  const daemons = await startProxyPair(lab, options);
  const host = lab.use(startTestClient("cust0"));
  const session = await host.dial({ hostUniq: Uint8Array.of(1) });
  await session.echo(PAYLOAD);
  return { ac, host, daemons, session };
}

function padts(peer: TestAc | TestClient): number {
  return peer.seen.all(({ code }) => code === CODE_PADT).length;
}

/** Number of nudges (`ffi/poll/loop_nudge.ts`) that a process has open. */
function nudges(pid: number): number {
  const inodes = [...Deno.readDirSync(`/proc/${pid}/fd`)]
    .map(({ name }) =>
      /^socket:\[(\d+)\]$/.exec(Deno.readLinkSync(`/proc/${pid}/fd/${name}`))?.[1]
    );
  return Deno.readTextFileSync(`/proc/${pid}/net/unix`)
    .matchAll(/ (\d+) @pppoe-proxy-[-0-9a-f]{36}$/gm)
    .filter(([, inode]) => inodes.includes(inode)).toArray().length;
}

for (const side of ["client", "server"] as const) {
  Deno.test({
    name: `SIGTERM of the ${side} daemon ends the session on both wires, once`,
    ignore,
    async fn() {
      await using lab = await Lab.open();
      const { ac, host, daemons, session } = await dialed(lab);
      // The link and the tunnels wait on the event loop's own thread, whatever Deno runs them.
      assertEquals(nudges(daemons[side].pid), 2);
      const { code } = await daemons[side].stop();
      assertEquals(code, 0);
      await Promise.all([session.ended, ac.ended(SESSION_ID)]);
      // Once the other daemon has ended too, nothing more can arrive.
      await daemons[side === "client" ? "server" : "client"].stop();
      assertEquals([padts(host), padts(ac)], [1, 1]);
    },
  });
}

Deno.test({
  name: "after a server without state is killed, the customer gets a PADT, and a new dial works",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { ac, host, daemons, session } = await dialed(lab);
    daemons.server.signal("SIGKILL");
    await daemons.restartServer();
    await session.ended;
    const again = await host.dial({ hostUniq: Uint8Array.of(2) });
    await again.echo(PAYLOAD);
    assertNotEquals(again.sessionId, session.sessionId);
    assertEquals(ac.sessions.has(again.sessionId), true);
  },
});

Deno.test({
  name: "after a client without state is killed, the AC gets a PADT, and a new dial works",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { ac, host, daemons, session } = await dialed(lab);
    daemons.client.signal("SIGKILL");
    await daemons.client.status;
    await ready(startDaemon(lab, "branch-1"));
    await ac.ended(session.sessionId);
    await (await host.dial({ hostUniq: Uint8Array.of(2) })).echo(PAYLOAD);
  },
});

for (const side of ["client", "server"] as const) {
  for (const signal of ["SIGKILL", "SIGTERM"] as const) {
    Deno.test({
      name:
        `${signal} of a ${side} with state, right after a session opens: it continues, without a PADI or PADT on any wire`,
      ignore,
      async fn() {
        await using lab = await Lab.open();
        const { ac, host, daemons, session } = await dialed(lab, { keep: true });
        const since = daemons.client.output.length;
        daemons[side].signal(signal);
        await daemons[side].status;
        const client = side === "client" ? startDaemon(lab, "branch-1") : daemons.client;
        if (side === "server") await daemons.restartServer();
        await client.waitForLine(/sessions resumed/, side === "client" ? {} : { since });
        await session.echo(PAYLOAD);
        assertEquals([padts(host), padts(ac)], [0, 0]);
        assertEquals(ac.seen.all(({ code }) => code === CODE_PADI).length, 1);
      },
    });
  }
}

Deno.test({
  name: "a PADT travels from the customer to the AC, and a second one has no effect",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { ac, host, session } = await dialed(lab);
    session.terminate();
    const { tags } = await ac.ended(SESSION_ID);
    assertEquals(findTag(tags, TAG_GENERIC_ERROR), new TextEncoder().encode("hanging up"));
    for (const type of [TAG_HOST_UNIQ, TAG_AC_COOKIE]) assertEquals(findTag(tags, type), undefined);
    session.terminate();
    // Frames keep their order: when this session is open, the second PADT has been processed.
    const again = await host.dial({ hostUniq: Uint8Array.of(2) });
    await again.echo(PAYLOAD);
    assertEquals([padts(host), padts(ac)], [0, 1]);
  },
});

Deno.test({
  name: "a PADT travels from the AC to the customer and does not affect its other session",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { ac, host, session } = await dialed(lab);
    const other = await host.dial({ hostUniq: Uint8Array.of(2) });
    ac.terminate(SESSION_ID);
    assertEquals((await session.ended).source, session.concentrator);
    await other.echo(PAYLOAD);
    assertEquals([padts(host), padts(ac)], [1, 0]);
  },
});

Deno.test({
  name: "a client with a wrong secret is refused, both sides log it, and its frames are dropped",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    await lab.cables();
    const ac = lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
    const daemons = await startProxyPair(lab);
    await daemons.client.stop();
    await Deno.remove(`${lab.folder}/branch-1.secret`);
    await makeSecret(lab, "branch-1");
    const since = daemons.server.output.length;
    const client = startDaemon(lab, "branch-1");
    await client.waitForLine(/not-authenticated/);
    await daemons.server.waitForLine(/tunnel rejected/, { since });
    const host = lab.use(startTestClient("cust0"));
    const offer = host.discover();
    offer.catch(() => {}); // no answer comes before the lab is closed
    await client.waitForLine(/no-tunnel/);
    assertEquals(ac.seen.length, 0);
  },
});
