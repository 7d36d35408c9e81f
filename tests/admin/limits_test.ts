import { assertEquals, assertMatch } from "@std/assert";
import type { Access } from "../../src/admin/http/access.ts";
import { MAX_CONNECTIONS } from "../../src/admin/http/admin_socket.ts";
import { makeServe } from "../../src/admin/http/serve.ts";
import { MAX_STREAMS } from "../../src/admin/http/request_context.ts";
import { withDaemon, type World } from "./daemon.ts";

const SOCKET: Access = { kind: "socket" };

/** Reads until the other side closes the connection. */
async function readAll(connection: Deno.Conn): Promise<string> {
  let text = "";
  for await (const bytes of connection.readable.pipeThrough(new TextDecoderStream())) text += bytes;
  return text;
}

async function dialSocket({ socket }: World): Promise<Deno.Conn> {
  return await Deno.connect({ transport: "unix", path: socket });
}

async function say(connection: Deno.Conn, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

const ASK = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

Deno.test("connections beyond the limit are closed at once, and each that ends frees a place", () =>
  withDaemon({}, async (world) => {
    const held: Deno.Conn[] = [];
    for (let i = 0; i < MAX_CONNECTIONS; i++) held.push(await dialSocket(world));
    const surplus = await dialSocket(world);
    assertEquals(await readAll(surplus), "");
    await say(held[0], ASK);
    assertMatch(await readAll(held[0]), /^HTTP\/1\.1 200 /);
    let answer = "";
    while (answer === "") { // until the daemon has seen that end too
      const next = await dialSocket(world);
      answer = await say(next, ASK).then(() => readAll(next), () => "");
    }
    assertMatch(answer, /^HTTP\/1\.1 200 /);
    for (const connection of held.slice(1)) connection.close();
  }));

Deno.test("an unfinished request times out", () =>
  withDaemon({}, async ({ daemon, socket }) => {
    const path = `${socket}.slow`;
    using listener = Deno.listen({ transport: "unix", path });
    const serve = makeServe(daemon, 30);
    const heads = [
      "",
      "GET /healthz HT",
      "POST /api/v1/drain HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
      'Content-Length: 20\r\n\r\n{"ena',
    ];
    for (const head of heads) {
      const connection = await Deno.connect({ transport: "unix", path });
      const served = serve(await listener.accept(), SOCKET);
      await say(connection, head);
      assertEquals(await readAll(connection), "");
      await served;
    }
    assertEquals(daemon.draining, false);
    const idle = await Deno.connect({ transport: "unix", path });
    await say(idle, ASK.replace("Connection: close\r\n", ""));
    const served = makeServe(daemon, 500)(await listener.accept(), SOCKET);
    assertMatch(await readAll(idle), /"ok"\}$/);
    await served;
  }));

Deno.test("input that is not HTTP gets status 400", () =>
  withDaemon({}, async (world) => {
    const connection = await dialSocket(world);
    await say(connection, "\0\x01garbage\r\n\r\n");
    assertMatch(await readAll(connection), /^HTTP\/1\.1 400 /);
  }));

Deno.test("streams beyond the limit are refused, and each that ends frees a place", () =>
  withDaemon({}, async ({ ask, daemon }) => {
    const controllers: AbortController[] = [];
    const open = async (): Promise<number> => {
      const controller = new AbortController();
      const { status, body } = await ask("/api/v1/events", { signal: controller.signal });
      controllers.push(controller);
      const reader = body?.getReader();
      await reader?.read();
      if (status !== 200) await reader?.cancel();
      return status;
    };
    for (let i = 0; i < MAX_STREAMS; i++) assertEquals(await open(), 200);
    assertEquals(await open(), 503);
    controllers[0].abort();
    // The daemon notices once the connection is closed.
    while (await open() !== 200) daemon.monitor.emit("drain", {});
    for (const controller of controllers) controller.abort();
  }));

Deno.test("a body that is too long is refused, with or without Content-Length", () =>
  withDaemon({}, async ({ ask }) => {
    const long = new Uint8Array(80_000).fill(0x20);
    for (const body of [long, new Blob([long]).stream()]) {
      const response = await ask("/api/v1/drain", {
        method: "POST",
        body,
        headers: { "content-type": "application/json" },
      });
      assertEquals([response.status, (await response.json()).title], [413, "Content too large"]);
    }
  }));

Deno.test("an invalid request is answered with the place and the reason", () =>
  withDaemon({}, async ({ ask }) => {
    const detail = async (path: string, init = {}): Promise<[number, string]> => {
      const response = await ask(path, init);
      assertEquals(response.headers.get("content-type"), "application/problem+json");
      return [response.status, (await response.json()).detail];
    };
    assertEquals(await detail("/api/v1/sessions?limit=0&mac=x&name=1"), [
      400,
      'Invalid query: "mac": Expected a MAC address such as "02:00:00:00:00:01"; ' +
      '"limit": Expected a whole number from 1 to 1000; "name" is unknown',
    ]);
    assertEquals(await detail("/api/v1/drain", { method: "POST", body: "{}" }), [
      415,
      'The body must be JSON, with the header "Content-Type: application/json"',
    ]);
    const [status, words] = await detail("/api/v1/padt", { method: "POST", json: { mac: 3 } });
    assertEquals(status, 400);
    assertMatch(words, /^Invalid body: "mac": .*; "session_id": /);
    assertEquals(await detail("/api/v1/status", { method: "PUT" }), [
      405,
      '"/api/v1/status" allows only GET',
    ]);
    assertEquals((await detail("/nothing"))[0], 404);
    assertEquals((await detail("/api/v1/sessions/branch-1.99", { method: "DELETE" }))[0], 404);
  }));
