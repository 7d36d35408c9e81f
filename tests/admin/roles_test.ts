import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { Admin } from "../../src/admin/http/admin.ts";
import { isAct } from "../../src/admin/http/route.ts";
import { ROUTES } from "../../src/admin/api/routes.ts";
import { parseConfig } from "../../src/config/load.ts";
import type { FeedEvent } from "../../src/daemon/event_feed.ts";
import { canBecomePlainUser } from "../lab/plain_user.ts";
import { needing } from "../needs.ts";
import { withFolder } from "../cli/process.ts";
import { configOf, withDaemon } from "./daemon.ts";
import { READ_TOKEN, TOKEN, withTcpDaemon } from "./tcp_world.ts";

const NOBODY = 65_534;
const json = { "content-type": "application/json" };

/** Every route that requires the role "act", with a request that would succeed. */
const ACTS: [method: string, path: string, body?: object][] = [
  ["DELETE", "/api/v1/sessions/branch-1.1"],
  ["POST", "/api/v1/padt", { mac: "02:00:00:00:00:01", session_id: 1 }],
  ["DELETE", "/api/v1/sessions?client=branch-1"],
  ["POST", "/api/v1/reload"],
  ["PATCH", "/api/v1/log-level", { level: "info" }],
  ["POST", "/api/v1/drain", { enabled: true }],
  ["GET", "/api/v1/capture?seconds=1"],
  ["GET", "/api/v1/capture?secrets=true&seconds=1"],
];

Deno.test("T7: a read token can read, but not change or capture anything", () =>
  withTcpDaemon(async ({ status, daemon }) => {
    const reading = ROUTES.filter((route) =>
      !isAct(route) && route.method === "get" && !route.path.includes("{")
    );
    for (const { path } of reading) {
      assertEquals([path, await status(path, READ_TOKEN)], [path, 200]);
    }
    const before = daemon.monitor.events.latest;
    for (const [method, path, body] of ACTS) {
      const init = { method, ...(body && { headers: json, body: JSON.stringify(body) }) };
      assertEquals([method, path, await status(path, READ_TOKEN, init)], [method, path, 403]);
    }
    // The same for other spellings of the path and for other methods.
    for (
      const path of ["/api/v1/capture", "/api/v1/%63apture", "/api/v1/capture/", "//api/v1/capture"]
    ) {
      for (const method of ["GET", "HEAD", "OPTIONS"]) {
        const code = await status(path, READ_TOKEN, { method });
        assertEquals([path, method, [403, 404, 405].includes(code)], [path, method, true]);
      }
    }
    assertEquals([daemon.draining, daemon.monitor.events.latest], [false, before]);
    assertEquals((await daemon.captures()).size, 0);
    assertEquals(
      await status("/api/v1/drain", TOKEN, {
        method: "POST",
        headers: json,
        body: '{"enabled":true}',
      }),
      200,
    );
  }));

Deno.test("T7: every route but GET routes, and the capture, requires the role act", () => {
  const acting = ROUTES.filter(isAct).map(({ method, path }) => `${method} ${path}`);
  const tried = new Set(
    ACTS.map(([method, path]) =>
      `${method.toLowerCase()} ${path.replace(/\?.*/, "").replace(/branch-1\.1$/, "{session}")}`
    ),
  );
  assertEquals(new Set(acting), tried);
});

Deno.test("T7: the refusal says what is missing, and the status gives the caller's role", () =>
  withTcpDaemon(async ({ port }) => {
    const ask = (path: string, token: string, method = "GET") =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
      });
    const refused = await ask("/api/v1/reload", READ_TOKEN, "POST");
    assertEquals(refused.headers.get("content-type"), "application/problem+json");
    assertStringIncludes((await refused.json()).detail, "admin.token_file");
    const wrong = await ask("/api/v1/status", "0".repeat(64));
    assertMatch((await wrong.json()).detail, /^Wrong token: .* had when the daemon started/);
    const without = await fetch(`http://127.0.0.1:${port}/api/v1/status`);
    assertMatch((await without.json()).detail, /^Token required: /);
    for (const [token, role] of [[TOKEN, "act"], [READ_TOKEN, "read"]]) {
      assertEquals((await (await ask("/api/v1/status", token)).json()).role, role);
    }
  }));

Deno.test("T7: a second socket with its own group gives read access", () =>
  withFolder(async (folder) => {
    const isRoot = canBecomePlainUser();
    const group = isRoot ? 'read_group = "daemon"\n' : "";
    await withDaemon({}, async ({ daemon }) => {
      const admin = await Admin.open(
        configOf(folder, { admin: `read_socket = "read.sock"\n${group}` }),
      );
      admin.serve(daemon);
      const path = `${folder}/read.sock`;
      using client = Deno.createHttpClient({ proxy: { transport: "unix", path } });
      try {
        const { mode, gid } = await Deno.stat(path);
        assertEquals((mode ?? 0) & 0o777, 0o660);
        if (isRoot) assertEquals(gid, 1); // "daemon", on every Linux
        const status = async (at: string, method = "GET"): Promise<number> => {
          const response = await fetch(`http://localhost${at}`, { client, method });
          await response.body?.cancel();
          return response.status;
        };
        assertEquals(await status("/api/v1/status"), 200);
        assertEquals(await status("/api/v1/reload", "POST"), 403);
        assertEquals(await status("/api/v1/capture?secrets=true"), 403);
      } finally {
        admin.close();
      }
      assertEquals([...Deno.readDirSync(folder)], []);
    });
  }));

Deno.test("T7: the same token for both roles and an unknown group are refused", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.token`, TOKEN, { mode: 0o600 });
    await Deno.writeTextFile(`${folder}/b.token`, TOKEN.toUpperCase(), { mode: 0o600 });
    const open = (admin: string) => () => Admin.open(configOf(folder, { admin }));
    const both = 'listen = "127.0.0.1:1"\ntoken_file = "a.token"\nread_token_file = "b.token"';
    await assertRejects(open(both), Error, "it is the same as in token_file");
    const group = 'read_socket = "r.sock"\nread_group = "no-such-group"';
    await assertRejects(open(group), Error, 'Cannot use the group "no-such-group"');
    const config = (admin: string) => () =>
      parseConfig(`mode = "server"\n[admin]\n${admin}`, "/x/y.toml");
    for (const [admin, words] of [['read_group = "adm"', "read_group: Only used with"]]) {
      await assertRejects(() => Promise.try(config(admin)), Error, words);
    }
    assertEquals([...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".sock")), []);
  }));

Deno.test("T7: a capture emits an event with the caller and whether it shows secrets", () =>
  withTcpDaemon(async ({ ask, daemon, status }) => {
    const since = daemon.monitor.events.latest;
    const begin = async (query: string): Promise<FeedEvent> => {
      const controller = new AbortController();
      const { status: code } = await ask(`/api/v1/capture?${query}`, { signal: controller.signal });
      controller.abort();
      assertEquals(code, 200);
      return daemon.monitor.events.after(since).at(-1) as FeedEvent;
    };
    const uid = Deno.uid();
    for (let i = 0; i < 20; i++) { // descriptors are reused
      assertEquals((await begin("count=1&seconds=1")).facts.uid, uid);
    }
    const plain = await begin("client=branch-1&seconds=1");
    assertEquals([plain.kind, plain.facts], ["capture", {
      secrets: false,
      client: "branch-1",
      over: "socket",
      role: "act",
      uid,
    }]);
    assertEquals((await begin("secrets=true&seconds=1")).facts.secrets, true);
    assertEquals(await status("/api/v1/capture?secrets=true&seconds=1", TOKEN), 200);
    const { facts } = daemon.monitor.events.after(since).at(-1) as FeedEvent;
    assertEquals([facts.over, facts.role, facts.secrets], ["token", "act", true]);
    assertMatch(String(facts.address), /^127\.0\.0\.1:\d+$/);
  }));

Deno.test(needing(["python3"], {
  name: "T7: a capture's event names the connecting user, not the socket's owner",
  ignore: !canBecomePlainUser(),
  fn: () =>
    withTcpDaemon(async ({ daemon, socket }) => {
      const since = daemon.monitor.events.latest;
      await Deno.chmod(socket.replace(/\/[^/]*$/, ""), 0o755);
      await Deno.chmod(socket, 0o666);
      const head =
        "GET /api/v1/capture?secrets=true&count=1 HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n";
      const script = `import os, socket
os.setgid(${NOBODY}); os.setuid(${NOBODY})
s = socket.socket(socket.AF_UNIX); s.connect("${socket}"); s.send(b"${head}"); s.recv(100)`;
      const { stderr } = await new Deno.Command("python3", { args: ["-c", script] }).output();
      assertEquals(new TextDecoder().decode(stderr), "");
      const last = daemon.monitor.events.after(since).at(-1) as FeedEvent;
      assertEquals([last.facts.uid, last.facts.secrets], [NOBODY, true]);
    }),
}));
