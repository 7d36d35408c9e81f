import { assert, assertEquals } from "@std/assert";
import { MAX_CONNECTIONS, MAX_READERS } from "../../src/admin/http/admin_socket.ts";
import { MAX_STREAMS } from "../../src/admin/http/request_context.ts";
import { until } from "../until.ts";
import { openSockets, READ_TOKEN, TOKEN, withTcpDaemon } from "./tcp_world.ts";

const HALF = new TextEncoder().encode("GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n");

async function halfRequests(port: number, count: number): Promise<Deno.Conn[]> {
  return await Promise.all(Array.from({ length: count }, async () => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(HALF).catch(() => {}); // it may have been evicted already
    return connection;
  }));
}

Deno.test("T8: unfinished requests over TCP block neither the socket nor callers with a token", () =>
  withTcpDaemon(async ({ ask, port, status }) => {
    const held: Deno.Conn[] = [];
    const answeredBesideThem = async (): Promise<boolean> => {
      held.push(...await halfRequests(port, 70));
      const { status: code, body } = await ask("/api/v1/status");
      await body?.cancel();
      assertEquals([code, await status("/api/v1/status", TOKEN)], [200, 200]);
      assertEquals(await status("/api/v1/status", READ_TOKEN), 200);
      return await openSockets(port) > MAX_CONNECTIONS / 2;
    };
    // An answer that waits for them comes when they are gone; so does any, if this process rests.
    await until(answeredBesideThem, () => "unauthenticated connections delay answers");
    for (let round = 0; round < 4; round++) {
      held.push(...await halfRequests(port, 100));
      assertEquals(await status("/metrics", READ_TOKEN), 200);
      const sockets = await openSockets(port);
      assert(sockets <= MAX_CONNECTIONS + 1, `${sockets} sockets are open`);
    }
    // After the timeout they are gone from the kernel too, although their clients sent nothing
    // more.
    await until(async () => await openSockets(port) === 0, () => "sockets stay open");
    for (const connection of held) connection.close();
  }));

Deno.test("T8: connections with the read token leave room for callers with full access", () =>
  withTcpDaemon(async ({ port, status }) => {
    const head = `Host: localhost\r\nAuthorization: Bearer ${READ_TOKEN}\r\n`;
    const requests = [
      // Answered, but never closed
      `GET /healthz HTTP/1.1\r\n${head}\r\n`,
      // Refused, with a body that never comes
      `POST /api/v1/drain HTTP/1.1\r\n${head}Content-Length: 20\r\n\r\n`,
      // Streams, of which some are refused
      `GET /api/v1/events HTTP/1.1\r\n${head}\r\n`,
    ];
    const held: Deno.Conn[] = [];
    for (const request of requests) {
      for (let i = 0; i < MAX_CONNECTIONS; i++) {
        const connection = await Deno.connect({ hostname: "127.0.0.1", port });
        held.push(connection);
        await connection.write(new TextEncoder().encode(request));
        await connection.read(new Uint8Array(1_024)); // its caller is known now
      }
      assertEquals(await status("/api/v1/status", TOKEN), 200, request);
      assertEquals(await status("/api/v1/status", READ_TOKEN), 200, request);
    }
    for (const connection of held) connection.close();
  }));

Deno.test("T8: requests with the read token whose bodies never come leave room for others", () =>
  withTcpDaemon(async ({ port, status }) => {
    const request = new TextEncoder().encode(
      `POST /api/v1/web-tokens HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${READ_TOKEN}\r\n` +
        "Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{",
    );
    const held: Deno.Conn[] = [];
    const answered = async (): Promise<boolean> => {
      for (let i = 0; i < MAX_CONNECTIONS; i++) {
        const connection = await Deno.connect({ hostname: "127.0.0.1", port });
        held.push(connection);
        await connection.write(request).catch(() => {}); // it may have been evicted already
      }
      assertEquals(await status("/api/v1/status", TOKEN), 200);
      return await openSockets(port) > MAX_READERS / 2;
    };
    // An answer that waits for them comes when they are gone; so does any, if this process rests.
    await until(answered, () => "readers delay answers");
    for (const connection of held) connection.close();
  }));

Deno.test("T8: open streams of one role block neither the socket nor the other role", () =>
  withTcpDaemon(async ({ ask, port }) => {
    const controller = new AbortController();
    const { signal } = controller;
    const held: Response[] = []; // an unreferenced response would be closed
    const open = async (token: string): Promise<number> => {
      const headers = { authorization: `Bearer ${token}` };
      const url = `http://127.0.0.1:${port}/api/v1/events`;
      const response = await fetch(url, { headers, signal });
      if (response.status !== 200) await response.body?.cancel();
      else held.push(response);
      return response.status;
    };
    for (let i = 0; i < MAX_STREAMS; i++) assertEquals(await open(READ_TOKEN), 200);
    assertEquals(await open(READ_TOKEN), 503);
    assertEquals(await open(TOKEN), 200);
    assertEquals((await ask("/api/v1/events", { signal })).status, 200);
    controller.abort();
  }));
