import { assertEquals, assertMatch } from "@std/assert";
import type { Access } from "../../src/admin/access.ts";
import { MAX_CONNECTIONS } from "../../src/admin/door.ts";
import { makeServe, MAX_STREAMS } from "../../src/admin/serve.ts";
import { withDaemon, type World } from "./daemon.ts";

const SOCKET: Access = { kind: "socket" };

/** Everything that comes until the other side hangs up. */
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

Deno.test("more connections than allowed are closed at once, and one that ends makes room", () =>
  withDaemon({}, async (world) => {
    const held: Deno.Conn[] = [];
    for (let i = 0; i < MAX_CONNECTIONS; i++) held.push(await dialSocket(world));
    const surplus = await dialSocket(world);
    assertEquals(await readAll(surplus), "");
    await say(held[0], ASK);
    assertMatch(await readAll(held[0]), /^HTTP\/1\.1 200 /);
    let answer = "";
    while (answer === "") { // until the daemon, too, has seen that end
      const next = await dialSocket(world);
      answer = await say(next, ASK).then(() => readAll(next), () => "");
    }
    assertMatch(answer, /^HTTP\/1\.1 200 /);
    for (const connection of held.slice(1)) connection.close();
  }));

Deno.test("who does not end a request is not waited for", () =>
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
    const served = serve(await listener.accept(), SOCKET);
    await say(idle, ASK.replace("Connection: close\r\n", ""));
    assertMatch(await readAll(idle), /"ok"\}$/);
    await served;
  }));

Deno.test("what is no HTTP is told so", () =>
  withDaemon({}, async (world) => {
    const connection = await dialSocket(world);
    await say(connection, "\0\x01garbage\r\n\r\n");
    assertMatch(await readAll(connection), /^HTTP\/1\.1 400 /);
  }));

Deno.test("more streams than allowed are refused, and one that ends makes room", () =>
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
    // The daemon hears of it when the connection has gone.
    while (await open() !== 200) daemon.monitor.emit("drain", {});
    for (const controller of controllers) controller.abort();
  }));

Deno.test("a body that is too long is refused, however it comes", () =>
  withDaemon({}, async ({ ask }) => {
    const long = new Uint8Array(80_000).fill(0x20);
    for (const body of [long, new Blob([long]).stream()]) {
      const response = await ask("/api/v1/drain", {
        method: "POST",
        body,
        headers: { "content-type": "application/json" },
      });
      assertEquals([response.status, (await response.json()).title], [413, "Too long"]);
    }
  }));

Deno.test("what cannot be taken is told of with place and reason", () =>
  withDaemon({}, async ({ ask }) => {
    const detail = async (path: string, init = {}): Promise<[number, string]> => {
      const response = await ask(path, init);
      assertEquals(response.headers.get("content-type"), "application/problem+json");
      return [response.status, (await response.json()).detail];
    };
    assertEquals(await detail("/api/v1/sessions?limit=0&mac=x&name=1"), [
      400,
      'Cannot take the query: "mac": Expected a MAC address such as "02:00:00:00:00:01"; ' +
      '"limit": Expected a whole number from 1 to 1000; "name" is unknown',
    ]);
    assertEquals(await detail("/api/v1/drain", { method: "POST", body: "{}" }), [
      415,
      'The body has to be JSON, with the header "Content-Type: application/json"',
    ]);
    const [status, words] = await detail("/api/v1/padt", { method: "POST", json: { mac: 3 } });
    assertEquals(status, 400);
    assertMatch(words, /^Cannot take the body: "mac": .*; "session_id": /);
    assertEquals(await detail("/api/v1/status", { method: "PUT" }), [
      405,
      '"/api/v1/status" takes GET',
    ]);
    assertEquals((await detail("/nothing"))[0], 404);
    assertEquals((await detail("/api/v1/sessions/branch-1.99", { method: "DELETE" }))[0], 404);
  }));
