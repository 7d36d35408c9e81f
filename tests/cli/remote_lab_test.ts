import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Health } from "../../src/admin/api/response_schema.ts";
import { AdminClient } from "../../src/cli/remote/admin_client.ts";
import { formatMac } from "../../src/pppoe/mac.ts";
import { insideLab } from "../lab/lab.ts";
import { runCommand } from "../lab/process.ts";
import { pppoeProxyCommand } from "../lab/shipped.ts";
import { needing } from "../needs.ts";
import { until } from "../until.ts";
import { pppoeProxy } from "./process.ts";
import { output, withWorld } from "./remote_world.ts";

const ignore = !insideLab();

Deno.test({
  name: "one client sends many requests, and the daemon responds to each",
  ignore,
  fn: () =>
    withWorld(async ({ lab }) => {
      using admin = new AdminClient(`${lab.folder}/server.sock`);
      for (let turn = 0; turn < 20; turn++) {
        assertEquals(await admin.json({ path: "/healthz" }, Health), { status: "ok" });
      }
    }),
});

Deno.test({
  name: "status, clients and sessions show a session in use, as text and as JSON",
  ignore,
  fn: () =>
    withWorld(async ({ lab, ac, host, server, client }) => {
      const session = await host.dial({ serviceName: "gold" });
      await session.echo(Uint8Array.of(0, 0x21, 1, 2, 3));
      const text = await output(server("status", "--check"));
      assertMatch(text, /^server on wan0: ready, up \w+, pppoe-proxy \d/);
      assertMatch(text, /^sessions: 1 open, limit \d+; 1 opened/m);
      assertMatch(text, /^CLIENT .*\nbranch-1 +up /m);
      const all = await output(server("status", "--all"));
      for (const part of ["  state: ready", "interface: wan0", "client: branch-1", "1 open"]) {
        assertStringIncludes(all, part);
      }
      const status = JSON.parse(await output(server("status", "--json")));
      assertEquals([status.schema, status.mode, status.sessions.open], [2, "server", 1]);
      assertMatch(await output(client("status")), /^SERVER .*\n127\.0\.0\.1:\d+ +up /m);
      assertMatch(
        await output(client("status", "--all")),
        /^server: 127\.0\.0\.1:\d+\n +tunnel: up/m,
      );

      const byConfig = ["status", "--json", "--config", `${lab.folder}/server.toml`];
      assertEquals(JSON.parse(await output(pppoeProxy(byConfig))).pid, status.pid);

      const [head, row] = (await output(server("clients"))).split("\n");
      assertMatch(head, /^CLIENT +TUNNEL +ADDRESS/);
      assertMatch(row, /^branch-1 +up /);
      assertMatch(await output(client("clients")), /^SERVER .*\n127\.0\.0\.1:\d+ +up /);

      const [titles, line] = (await output(server("sessions"))).split("\n");
      assertMatch(titles, /^SESSION +CUSTOMER +AC +SESSION ID +STATE/);
      assertEquals(line.indexOf("局"), titles.indexOf("AC NAME"));
      const { total, sessions: [found] } = JSON.parse(await output(server("sessions", "--json")));
      assertEquals([total, found.customer_mac, found.bytes_up], [1, formatMac(host.mac), 5]);
      const detail = await output(server("sessions", found.session));
      for (
        const part of ["ac name: 局", "service name: gold", `customer: ${formatMac(host.mac)}`]
      ) {
        assertStringIncludes(detail, part);
      }
      assertEquals(ac.sessions.size, 1);
    }),
});

Deno.test({
  name: "sessions are filtered, sorted and paged, and past ones are kept",
  ignore,
  fn: () =>
    withWorld(async ({ host, server }) => {
      const opened = [];
      for (let n = 0; n < 3; n++) opened.push(await host.dial({ hostUniq: Uint8Array.of(n) }));
      await opened[1].echo(new Uint8Array(100).fill(0x21));
      const listed = async (...args: string[]) => {
        const { sessions } = JSON.parse(await output(server("sessions", "--json", ...args)));
        return sessions.map((session: { session_id: number }) => session.session_id);
      };
      const ids = opened.map(({ sessionId }) => sessionId);
      assertEquals(await listed("--sort", "opened_at", "--order", "asc"), ids);
      assertEquals((await listed("--sort", "bytes", "--order", "desc"))[0], ids[1]);
      assertEquals(await listed("--sort", "opened_at", "--order", "asc", "--limit", "2"), [
        ids[0],
        ids[1],
      ]);
      assertEquals(await listed("--sort", "opened_at", "--order", "asc", "--offset", "2"), [
        ids[2],
      ]);
      assertEquals(await listed("--session-id", String(ids[2])), [ids[2]]);
      assertEquals(await listed("--client", "nobody"), []);
      assertEquals(await listed("--past"), []);
      const refused = await server("sessions", "--mac", "02:00");
      assertEquals(refused.code, 2);
      assertStringIncludes(refused.stderr, "MAC address");
    }),
});

Deno.test({
  name: "kick ends a session on both sides, from either daemon, and once",
  ignore,
  fn: () =>
    withWorld(async ({ ac, host, server, client }) => {
      for (const ask of [server, client]) {
        const session = await host.dial();
        const answer = JSON.parse(await output(ask("sessions", "--json")));
        const name = answer.sessions[0].session;
        assertStringIncludes(await output(ask("kick", name)), "Ended session");
        await Promise.all([session.ended, ac.ended(session.sessionId)]);
        const story = await output(ask("why", formatMac(host.mac)));
        assertMatch(story, /asks for an AC \(PADI\)\n.* AC "局" \(.*\) offers .*\n.*\(PADR\)\n/);
        assertMatch(story, /session \S+ opened at AC .*\n.* closed: .*\nwhat to do: /);
        const again = await ask("kick", name);
        assertEquals(again.code, 4);
        assertStringIncludes(again.stderr, name);
      }
      // A client with one server names its sessions by their numbers, and knows the server's names.
      const own = async () => {
        const { sessions } = JSON.parse(await output(client("sessions", "--json")));
        return sessions.map(({ session }: { session: string }) => session);
      };
      for (const id of [1, 2, 3]) await host.dial({ hostUniq: Uint8Array.of(id) });
      const [one, other, last] = await own();
      assertMatch(one, /^\d+$/);
      const kicked = await client("kick", one, "77", `branch-1.${other}`);
      assertEquals([kicked.code, kicked.stdout], [
        4,
        `Ended session ${one}.\nEnded session ${other}.\n`,
      ]);
      assertEquals(await own(), [last]);
      const mac = formatMac(host.mac);
      const none = await server("kick", "--mac", "02:00:00:00:00:99");
      assertEquals([none.code, none.stderr], [4, "pppoe-proxy: No session matches\n"]);
      const line = await output(server("kick", "--client", "branch-1", "--mac", mac));
      assertEquals(line, `Ended session branch-1.${last}.\n`);
      await until(async () => (await own()).length === 0); // the server tells the client
      assertEquals((await server("kick")).code, 2);
      assertEquals((await server("kick", "branch-1.1", "--mac", mac)).code, 2);
      const past = await output(server("sessions", "--past"));
      assertMatch(past, /^CLIENT .* SESSION ID /);
      assertMatch(past, /^branch-1 .* admin$/m);
      assertMatch(await output(client("sessions", "--past")), /^SERVER .*\n127\.0\.0\.1:/);
    }),
});

Deno.test({
  name: "padt frees a session that only the AC knows",
  ignore,
  fn: () =>
    withWorld(async ({ ac, server }) => {
      const args = ["--mac", formatMac(ac.mac), "--session-id", "0x1234"];
      assertStringIncludes(await output(server("padt", ...args)), "Sent 1 PADT");
      await ac.ended(0x1234);
      const from = "02:00:5e:10:00:01";
      assertStringIncludes(await output(server("padt", ...args, "--from", from)), "Sent 1 PADT");
      await ac.seen.first(({ source }) => formatMac(source) === from, "a PADT as the customer");
      const group = await server("padt", "--mac", "01:80:c2:00:00:00", "--session-id", "1");
      assertStringIncludes(group.stderr, "unicast MAC address");
    }),
});

Deno.test({
  name: "drain refuses new sessions until it is turned off",
  ignore,
  fn: () =>
    withWorld(async ({ host, server }) => {
      const session = await host.dial();
      const late = { hostUniq: Uint8Array.of(7) };
      const offer = await host.discover(late);
      assertStringIncludes(await output(server("drain")), "new sessions are refused; 1 open");
      assertEquals((await host.request(offer, late)).sessionId, 0);
      const { code, stdout } = await server("status", "--check");
      assertEquals(code, 1);
      assertMatch(
        stdout,
        /^server on wan0: draining.*\nwarning: New sessions are refused; open ones continue \(draining, \d+s\)\n +do: `drain --off` /,
      );
      await session.echo(Uint8Array.of(0, 0x21, 9));
      await output(server("drain", "--off"));
      await host.dial();
    }),
});

Deno.test({
  name: "reload applies changes, lists those that need a restart, and locates errors",
  ignore,
  fn: () =>
    withWorld(async ({ lab, host, server }) => {
      const session = await host.dial();
      const file = `${lab.folder}/server.toml`;
      const source = await Deno.readTextFile(file);
      // What follows are findings about this machine, such as its clock.
      assertMatch(await output(server("reload")), /^No changes\.\n/);
      const changed = source.replace('mac = "own"', 'mac = "transparent"');
      await Deno.writeTextFile(file, `${changed}\n[limits]\nsessions = 7\n`);
      assertMatch(
        await output(server("reload")),
        /^Applied: limits\.sessions\nNeeds a restart: interface\.mac\n/,
      );
      assertStringIncludes(await output(server("status")), "1 open, limit 7");
      await Deno.writeTextFile(file, `limit = 3\n${source}`);
      const refused = await pppoeProxy(["reload", "--config", file]);
      assertEquals([refused.code, refused.stdout], [1, ""]);
      assertMatch(refused.stderr, /^pppoe-proxy: line 1: limit: Unknown key "limit"/);
      await session.echo(Uint8Array.of(0, 0x21, 5));
    }),
});

Deno.test({
  name: "log-level shows and changes the log levels",
  ignore,
  fn: () =>
    withWorld(async ({ server }) => {
      assertEquals(await output(server("log-level")), "Level: info\n");
      assertEquals(await output(server("log-level", "warning")), "Level: warning\n");
      const answer = await output(server("log-level", "debug", "--topic", "discovery"));
      assertEquals(answer, "Level: warning\n  discovery: debug\n");
      assertEquals(await output(server("log-level")), answer);
      const refused = await server("log-level", "debug", "--topic", "weather");
      assertEquals(refused.code, 2);
      assertStringIncludes(refused.stderr, 'Cannot use "weather" for --topic; use one of main');
    }),
});

Deno.test({
  name: "status --watch and events -f continue across a restart of the daemon until interrupted",
  ignore,
  fn: () =>
    withWorld(async ({ lab, pair }) => {
      const socket = ["--socket", `${lab.folder}/server.sock`];
      const watching = ["--watch", "--interval", "20ms", "--json"];
      const watch = lab.start({
        name: "watch",
        ...pppoeProxyCommand("status", ...socket, ...watching),
        env: { NO_COLOR: "1" },
      });
      await watch.output.reach(3, "lines of status");
      const feed = lab.start({
        name: "feed",
        ...pppoeProxyCommand("events", "-f", "--json", ...socket),
      });
      await feed.waitForLine(/"kind":"tunnel-up"/);
      const [first] = watch.output.entries.map((line) => JSON.parse(line));
      assertEquals([first.schema, first.pid], [2, pair.server.pid]);
      pair.server.signal("SIGTERM");
      await watch.waitForLine(/Cannot reach the daemon/);
      await feed.waitForLine(/Cannot reach the daemon.*; waiting for it/);
      const before = feed.output.length;
      await pair.restartServer();
      await watch.waitForLine(new RegExp(`"pid":${pair.server.pid},`));
      await feed.waitForLine(/"kind":"tunnel-up"/, { since: before });
      const lines = feed.output.entries;
      assertEquals(lines.filter((line) => line.includes("waiting for it")).length, 1);
      assertEquals(new Set(lines).size, lines.length, "no event is shown twice");
      watch.signal("SIGINT");
      assertEquals((await watch.status).signal, "SIGINT");
    }),
});

Deno.test(needing(["script"], {
  name: "colours are used only on terminals, and not with NO_COLOR",
  ignore,
  fn: () =>
    withWorld(async ({ lab, server }) => {
      const socket = `${lab.folder}/server.sock`;
      const { program, args } = pppoeProxyCommand("status", "--socket", socket);
      const command = [program, ...args].map((word) => `'${word}'`).join(" ");
      const onTerminal = (prefix: string) =>
        runCommand("script", "-qec", `env -u NO_COLOR ${prefix} ${command}`, "/dev/null");
      assertStringIncludes(await onTerminal("TERM=xterm"), "\x1b[1m");
      const plain = await onTerminal("TERM=xterm NO_COLOR=1");
      assert(!plain.includes("\x1b["), plain);
      assert(!(await output(server("status"))).includes("\x1b"));
    }),
}));
