import { assertEquals } from "@std/assert";
import { CODE_PADI } from "../../src/pppoe/constants.ts";
import { insideLab, Lab } from "./lab.ts";
import { edit, HASTY } from "./reload.ts";
import { addresses, NAMES, padts, PAYLOAD, twoShards } from "./two_shards.ts";

const ignore = !insideLab();

Deno.test({
  name: "two threads of a server serve a client each, with an address each towards the AC",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { ac, daemons, hosts, sessions } = await twoShards(lab);
    assertEquals([ac.sessions.size, addresses(ac).size], [2, 2]);
    const { code } = await daemons.server.stop();
    assertEquals(code, 0);
    await Promise.all(sessions.map(({ ended }) => ended));
    assertEquals([padts(ac), ...hosts.map(padts)], [2, 1, 1]);
    const totals = daemons.server.output.all((line) => /"totals"/.test(line));
    assertEquals(totals.length, 2);
  },
});

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  Deno.test({
    name: `${signal} of a server of two threads with state: the sessions of both continue`,
    ignore,
    async fn() {
      await using lab = await Lab.open();
      const { ac, daemons, hosts, sessions } = await twoShards(lab, { keep: true });
      const before = addresses(ac);
      const since = NAMES.map((name) => daemons.clients.get(name)?.output.length ?? 0);
      daemons.server.signal(signal);
      await daemons.restartServer();
      for (const [i, name] of NAMES.entries()) {
        await daemons.clients.get(name)?.waitForLine(/sessions resumed/, { since: since[i] });
      }
      for (const session of sessions) await session.echo(PAYLOAD);
      assertEquals([padts(ac), ...hosts.map(padts)], [0, 0, 0]);
      assertEquals(ac.seen.all(({ code }) => code === CODE_PADI).length, 2);
      assertEquals(addresses(ac), before);
    },
  });
}

Deno.test({
  name:
    "with fewer threads than before, a client whose thread is gone gets a PADT, and dials again",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { ac, daemons, hosts, sessions } = await twoShards(lab, { keep: true });
    await edit(lab, "server.toml", "shards = 2", "shards = 1");
    const since = NAMES.map((name) => daemons.clients.get(name)?.output.length ?? 0);
    daemons.server.signal("SIGTERM");
    await daemons.restartServer();
    for (const [i, name] of NAMES.entries()) {
      await daemons.clients.get(name)?.waitForLine(/"tunnel up"/, { since: since[i] });
    }
    const [gone] = await Promise.race(sessions.map(async (session, i) => {
      await session.ended;
      return [i];
    }));
    await daemons.clients.get(NAMES[1 - gone])?.waitForLine(/sessions resumed/, {
      since: since[1 - gone],
    });
    await sessions[1 - gone].echo(PAYLOAD);
    await ac.ended(sessions[gone].sessionId);
    await (await hosts[gone].dial()).echo(PAYLOAD);
    assertEquals([padts(ac), padts(hosts[1 - gone])], [1, 0]);
    assertEquals(addresses(ac).size, 1);
  },
});

Deno.test({
  name: "a lost tunnel of either thread resumes at the same thread, without a PADI or PADT",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { ac, daemons, hosts, sessions } = await twoShards(lab, { client: HASTY });
    const before = addresses(ac);
    const clients = [...daemons.clients.values()].map((client) => ({
      client,
      since: client.output.length,
    }));
    daemons.server.signal("SIGSTOP");
    for (const { client, since } of clients) {
      await client.waitForLine(/tunnel lost|connect failed/, { since });
    }
    daemons.server.signal("SIGCONT");
    for (const { client, since } of clients) {
      await client.waitForLine(/sessions resumed/, { since });
    }
    for (const session of sessions) await session.echo(PAYLOAD);
    assertEquals([padts(ac), ...hosts.map(padts)], [0, 0, 0]);
    assertEquals(addresses(ac), before);
  },
});
