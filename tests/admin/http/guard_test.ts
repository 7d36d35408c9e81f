import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Admin } from "../../../src/admin/http/admin.ts";
import { isOurs } from "../../../src/admin/http/guard.ts";
import { leaveStaleSocket, withFolder } from "../../cli/process.ts";
import { freePort } from "../../free_port.ts";
import { configOf, withDaemon } from "../daemon.ts";

const TOKEN = "83e8c2a50f4feb3f41e3782c1b46534663037de861003c90ba4c690c33d2efdb";

Deno.test("Host must name the loopback or a host that the operator allows", () => {
  for (const host of ["localhost", "localhost:9180", "127.0.0.1:9180", "127.9.9.9", "[::1]:9180"]) {
    assertEquals([host, isOurs(host, [])], [host, true]);
  }
  for (
    const host of ["", "evil.example", "127.0.0.1.evil.example", "localhost.evil", "192.0.2.1"]
  ) {
    assertEquals([host, isOurs(host, ["proxy.example"])], [host, false]);
  }
  assert(isOurs("Proxy.Example:443", ["proxy.example"]));
});

Deno.test("requests that another site makes a browser send are refused", () =>
  withDaemon({ admin: 'hosts = ["proxy.example"]' }, async ({ ask }) => {
    const status = async (headers: Record<string, string>): Promise<number> => {
      const response = await ask("/api/v1/status", { headers });
      await response.body?.cancel();
      return response.status;
    };
    assertEquals(await status({ origin: "http://localhost" }), 200);
    assertEquals(await status({ origin: "http://evil.example" }), 403);
    assertEquals(await status({ origin: "null" }), 403);
    assertEquals(await status({ "sec-fetch-site": "cross-site" }), 403);
    assertEquals(await status({ "sec-fetch-site": "same-origin" }), 200);
  }));

Deno.test("over TCP everything except health checks and the page requires the token", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/admin.token`, `${TOKEN}\n`, { mode: 0o600 });
    const port = freePort();
    await withDaemon({}, async ({ daemon }) => {
      const config = configOf(folder, {
        admin: `listen = "127.0.0.1:${port}"\ntoken_file = "admin.token"`,
      });
      const admin = await Admin.open(config);
      admin.serve(daemon);
      try {
        const status = async (path: string, authorization?: string): Promise<number> => {
          const headers = authorization === undefined ? {} : { authorization };
          const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
          await response.body?.cancel();
          return response.status;
        };
        assertEquals(await status("/healthz"), 200);
        assertEquals(await status("/readyz"), 200);
        for (const path of ["/api/v1/status", "/metrics", "/api/v1/openapi.json", "/nothing"]) {
          assertEquals([path, await status(path)], [path, 401]);
        }
        assertEquals(await status("/api/v1/status", `Bearer ${TOKEN}`), 200);
        assertEquals(await status("/api/v1/status", `bearer ${TOKEN}`), 200);
        assertEquals(await status("/api/v1/status", `Bearer ${"5b".repeat(32)}`), 401);
        assertEquals(await status("/api/v1/status", `Bearer ${TOKEN}5a`), 401);
        assertEquals(await status("/api/v1/status", `Basic ${TOKEN}`), 401);
      } finally {
        admin.close();
      }
    });
  }));

Deno.test("the socket is for owner and group, replaces a stale one, and is removed at shutdown", () =>
  withFolder(async (folder) => {
    const path = `${folder}/daemon.sock`;
    await leaveStaleSocket(path);
    const admin = await Admin.open(configOf(folder, {}));
    const { mode, isSocket } = await Deno.stat(path);
    assertEquals([isSocket, (mode ?? 0) & 0o777], [true, 0o660]);
    admin.close();
    assertEquals([...Deno.readDirSync(folder)], []);
  }));

Deno.test("neither the socket of a living process nor a file is replaced", () =>
  withFolder(async (folder) => {
    const open = async (): Promise<string> => {
      try {
        (await Admin.open(configOf(folder, {}))).close();
        return "";
      } catch (error) {
        return String(error);
      }
    };
    const first = await Admin.open(configOf(folder, {}));
    assertStringIncludes(await open(), "another process is listening there");
    first.close();
    await Deno.writeTextFile(`${folder}/daemon.sock`, "precious");
    assertStringIncludes(await open(), "a file with this name exists");
    assertEquals(await Deno.readTextFile(`${folder}/daemon.sock`), "precious");
    const elsewhere = configOf(`${folder}/none`, {});
    const error = await Admin.open(elsewhere).then(() => "", String);
    assertStringIncludes(error, "no such directory");
  }));
