import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import * as says from "../../src/admin/api/response_schema.ts";
import { CustomerStories } from "../../src/admin/api/look_back_schema.ts";
import { formatMac } from "../../src/pppoe/mac.ts";
import { until } from "../until.ts";
import { nameOf, readPcapng } from "../capture/read_pcapng.ts";
import { insideLab, Lab } from "./lab.ts";
import { startDaemon } from "./proxy_pair.ts";
import { runCommand } from "./process.ts";
import { edit, reload } from "./reload.ts";
import { pppoeProxyCommand } from "./shipped.ts";
import { logIn } from "./ticketless.ts";
import { NAMES, PAYLOAD, twoShards } from "./two_shards.ts";

const ignore = !insideLab();

/** Sends a request to the server's admin API. */
async function ask(lab: Lab, path: string, method = "GET"): Promise<Response> {
  const proxy = { transport: "unix", path: `${lab.folder}/server.sock` } as const;
  const client = lab.use(disposed(Deno.createHttpClient({ proxy })));
  return await fetch(`http://localhost${path}`, { method, client });
}

function disposed(client: Deno.HttpClient): Deno.HttpClient & AsyncDisposable {
  return Object.assign(client, {
    [Symbol.asyncDispose]: () => Promise.resolve(client.close()),
  });
}

Deno.test({
  name: "the admin API shows all threads as one daemon, and kick and drain reach each",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { ac, daemons, hosts, sessions, admin } = await twoShards(lab);
    using _ = admin;
    const status = await admin.json({ path: "/api/v1/status" }, says.Status);
    assertEquals([status.sessions.open, status.opened_total, status.tunnels.length], [2, 2, 2]);
    assertEquals(status.tunnels.map(({ up, connects, sessions }) => ({ up, connects, sessions })), [
      { up: true, connects: 1, sessions: 1 },
      { up: true, connects: 1, sessions: 1 },
    ]);
    assertEquals(status.interface.received_frames, 2 + 2 + 2); // PADO, PADS, echo
    const list = async (query: string) =>
      await admin.json({ path: `/api/v1/sessions${query}` }, says.SessionPage);
    const page = await list("?sort=client");
    assertEquals(page.total, 2);
    assertEquals(page.sessions.map(({ client }) => client), ["north", "south"]);
    const second = await list("?sort=client&limit=1&offset=1");
    assertEquals([second.total, second.sessions.map(({ client }) => client)], [2, ["south"]]);
    const text = await (await ask(lab, "/metrics")).text();
    for (const line of ['sessions{state="open"} 2', "sessions_opened_total 2", "ready 1"]) {
      assertMatch(text, new RegExp(`^pppoeproxy_${line.replace(/[{}]/g, "\\$&")}$`, "m"));
    }
    for (const name of NAMES) assertMatch(text, new RegExp(`tunnel_up{client="${name}"} 1`));
    // The first thread has the stories of all; the others send what they do a little later.
    for (const host of hosts) {
      const path = `/api/v1/customers/${formatMac(host.mac)}/story`;
      let kinds = "";
      await until(async () => {
        const { stories } = await admin.json({ path }, CustomerStories);
        const all = (stories[0]?.entries ?? []).map(({ kind }) => kind);
        kinds = all.filter((kind) => kind !== "tunnel-up").join(" ");
        return kinds === "padi pado padr opened";
      }, () => kinds);
    }
    // A kick ends the session of either thread, on both sides.
    for (const [i, name] of NAMES.entries()) {
      const shown = page.sessions.find(({ client }) => client === name);
      const id = shown !== undefined && "session" in shown ? shown.session : "";
      await admin.json({ path: `/api/v1/sessions/${id}`, method: "DELETE" }, says.Closed);
      await Promise.all([sessions[i].ended, ac.ended(sessions[i].sessionId)]);
    }
    const past = await list("?past=true");
    assertEquals([past.total, past.sessions.length], [2, 2]);
    // All of a client end, on whichever thread, and none of another.
    const again = [await hosts[0].dial(), await hosts[0].dial({ hostUniq: Uint8Array.of(1) })];
    const other = await hosts[1].dial();
    const kick = async (...what: string[]) => {
      const command = pppoeProxyCommand("kick", ...what, "-s", `${lab.folder}/server.sock`);
      return await runCommand(command.program, ...command.args);
    };
    assertMatch(await kick("--client", "north"), /^Ended 2 sessions: north\.\d+, north\.\d+\.\n$/);
    await Promise.all(again.map(({ ended }) => ended));
    await other.echo(PAYLOAD);
    assertMatch(await kick("--client", "south"), /^Ended .*south\.\d+\.\n$/);
    await Promise.all([other.ended, ac.ended(other.sessionId)]);
    const gone = await ask(lab, "/api/v1/sessions/north.77", "DELETE");
    assertEquals(gone.status, 404);
    await gone.body?.cancel();
    // Draining, no thread lets a customer in.
    const level = { level: "debug" };
    await admin.json({ path: "/api/v1/log-level", method: "PATCH", body: level }, says.LogLevels);
    const body = { enabled: true };
    await admin.json({ path: "/api/v1/drain", method: "POST", body }, says.Drained);
    for (const host of hosts) host.discover().catch(() => {});
    for (const name of NAMES) {
      await daemons.server.waitForLine(new RegExp(`"reason":"draining".*"client":"${name}"`));
    }
  },
});

Deno.test({
  name: "a reload reaches all threads: limits, log level and a client that is removed",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { ac, daemons, hosts, sessions } = await twoShards(lab);
    await edit(lab, "server.toml", "[tunnel]", "[limits]\nsessions = 2\n[tunnel]");
    assertMatch(await reload(daemons.server), /"applied":"limits.sessions"/);
    for (const [i, name] of NAMES.entries()) {
      const since = daemons.server.output.length;
      hosts[i].discover({ hostUniq: Uint8Array.of(1) }).catch(() => {});
      await daemons.server.waitForLine(
        new RegExp(`"reason":"session-limit".*"client":"${name}"`),
        { since },
      );
    }
    for (const name of NAMES) {
      await edit(
        lab,
        "server.toml",
        `[[clients]]\nname = "${name}"\nsecret_file = "${name}.secret"\n`,
        "",
      );
      if (name === "north") {
        await reload(daemons.server);
        await Promise.all([sessions[0].ended, ac.ended(sessions[0].sessionId)]);
        await sessions[1].echo(PAYLOAD);
        await edit(
          lab,
          "server.toml",
          "[[clients]]",
          `[[clients]]\nname = "north"\nsecret_file = "north.secret"\n[[clients]]`,
        );
      } else {
        await reload(daemons.server);
        await Promise.all([sessions[1].ended, ac.ended(sessions[1].sessionId)]);
      }
    }
  },
});

Deno.test({
  name: "a capture has the frames of all threads, in one section",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { sessions } = await twoShards(lab);
    const response = await ask(lab, "/api/v1/capture?count=8&side=ac");
    const whole = new Response(response.body).bytes();
    // Each echo has two frames on the AC's side.
    for (let turn = 0; turn < 2; turn++) {
      for (const session of sessions) await session.echo(PAYLOAD);
    }
    const { packets, interfaces } = readPcapng(await whole);
    assertEquals(packets.length, 8);
    const names = new Set(packets.map((packet) => nameOf(interfaces[packet.interfaceId])));
    assertEquals(names, new Set(["north/ac", "south/ac"]));
  },
});

Deno.test({
  name:
    "a client without tickets is served too: where its sessions are, at the second attempt at most",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { daemons } = await twoShards(lab);
    const attempts: number[] = [];
    for (const name of NAMES) {
      await daemons.clients.get(name)?.stop();
      let tries = 1;
      for (; tries < 3; tries++) {
        try {
          using _ = await logIn(lab, name);
          break;
        } catch (error) {
          assertMatch(String(error), /restart, dial again/);
        }
      }
      attempts.push(tries);
    }
    assertEquals(attempts.toSorted(), [1, 2]);
    // Its own client, with tickets, comes back to the same thread.
    const since = daemons.server.output.length;
    for (const name of NAMES) startDaemon(lab, name);
    for (const name of NAMES) {
      await daemons.server.waitForLine(new RegExp(`"tunnel up".*"client":"${name}"`), {
        since,
      });
    }
  },
});

Deno.test({
  name: "strangers of a server with two threads are refused by the first, and cost no thread",
  ignore,
  async fn() {
    await using lab = await Lab.open();
    const { daemons, sessions } = await twoShards(lab);
    await assertRejects(() => logIn(lab, "north", new Uint8Array(32)), Error, "not-authenticated");
    await daemons.server.waitForLine(/"message":"tunnel rejected".*not-authenticated/);
    for (const session of sessions) await session.echo(PAYLOAD);
  },
});
