import { assert, assertEquals, assertRejects } from "@std/assert";
import type { AcceptedSocket } from "../../../ffi/socket/accepted_socket.ts";
import { handOver } from "../../../ffi/socket/hand_over.ts";
import { libc } from "../../../ffi/libc.ts";
import { ListeningSocket } from "../../../ffi/socket/listening_socket.ts";
import { abandon } from "../../../src/tunnel/transport/connection.ts";
import { until } from "../../until.ts";

const HOST = "127.0.0.1";
const standIns = (): Deno.TcpListener => Deno.listen({ hostname: HOST, port: 0 });

/** Runs `body` with a port, and closes the connections that it accepted. */
async function listening(
  body: (accept: () => Promise<{ client: Deno.TcpConn; socket: AcceptedSocket }>) => Promise<void>,
): Promise<void> {
  const listener = new ListeningSocket(HOST, 0);
  const open: { client: Deno.TcpConn; socket: AcceptedSocket }[] = [];
  try {
    await body(async () => {
      const client = await Deno.connect({ hostname: HOST, port: listener.port });
      await listener.wait();
      const socket = listener.accept();
      assert(socket !== undefined);
      assertEquals(socket.remote, { host: HOST, port: client.localAddr.port });
      open.push({ client, socket });
      return { client, socket };
    });
  } finally {
    listener.close();
    for (const { client, socket } of open) {
      socket.close();
      abandon(client);
    }
  }
}

function descriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

Deno.test("a connection accepted without Deno is peeked at, written to and closed", () =>
  listening(async (accept) => {
    const before = descriptors();
    const { client, socket } = await accept();
    const bytes = new Uint8Array(8);
    assertEquals(socket.peek(bytes), 0);
    await client.write(Uint8Array.of(1, 2, 3));
    await until(() => socket.peek(bytes) === 3);
    assertEquals(socket.peek(bytes), 3); // it is still there
    socket.say(Uint8Array.of(9));
    socket.close();
    assertEquals([await client.read(bytes), bytes[0]], [1, 9]);
    assertEquals(await client.read(bytes), null); // not a reset: received data was discarded
    assertEquals([socket.closed, socket.peek(bytes), descriptors()], [true, null, before + 1]);
  }));

Deno.test("Deno reads data from before and after a connection's handover, and writes", () =>
  listening(async (accept) => {
    for (let round = 0; round < 20; round++) {
      const { client, socket } = await accept();
      await client.write(Uint8Array.of(1, 2, 3));
      const connection = await handOver(socket, standIns());
      const bytes = new Uint8Array(8);
      assertEquals(await connection.read(bytes), 3);
      const reading = connection.read(bytes);
      await client.write(Uint8Array.of(4));
      assertEquals([await reading, bytes[0]], [1, 4]);
      const much = new Uint8Array(4 << 20); // more than the kernel accepts at once
      const writing = (async () => {
        for (let at = 0; at < much.length;) at += await connection.write(much.subarray(at));
        connection.closeWrite();
      })();
      let received = 0;
      const into = new Uint8Array(64 * 1024);
      for (let n = await client.read(into); n !== null; n = await client.read(into)) received += n;
      await writing;
      assertEquals(received, much.length);
      socket.close();
      assertEquals(await connection.read(bytes), null);
      connection.close();
    }
  }));

Deno.test("a connection whose descriptor was reused leaves the new file alone", () =>
  listening(async (accept) => {
    const { client, socket } = await accept();
    const connection = await handOver(socket, standIns());
    client.close();
    connection.close();
    await until(() => socket.closed);
    const next = await accept();
    const { number } = socket; // reused for `next` by the kernel, or by us
    if (next.socket.number !== number) {
      assertEquals(libc().dup3(next.socket.number, number, 0), number);
    }
    socket.close();
    socket.say(Uint8Array.of(1));
    await next.client.write(Uint8Array.of(4));
    const bytes = new Uint8Array(8);
    await until(() => next.socket.peek(bytes) === 1);
    assertEquals(socket.peek(bytes), null);
    if (next.socket.number !== number) libc().close(number);
  }));

Deno.test("another process's connection is not mistaken for the stand-in", () =>
  listening(async (accept) => {
    const { client, socket } = await accept();
    await client.write(Uint8Array.of(7));
    const listener = standIns();
    const meddler = await Deno.connect({ hostname: HOST, port: listener.addr.port });
    await meddler.write(Uint8Array.of(66));
    using connection = await handOver(socket, listener);
    const bytes = new Uint8Array(8);
    assertEquals([await connection.read(bytes), bytes[0]], [1, 7]);
    meddler.close();
  }));

Deno.test("a connection closed during its handover stays ours and leaves nothing open", () =>
  listening(async (accept) => {
    const { socket } = await accept();
    const before = descriptors();
    const handing = handOver(socket, standIns());
    socket.close();
    await assertRejects(() => handing, Deno.errors.ConnectionReset);
    await until(() => descriptors() < before);
  }));

Deno.test("closing a port ends the wait for a connection and frees the port", async () => {
  const listener = new ListeningSocket(HOST, 0);
  const waiting = listener.wait();
  listener.close();
  await waiting;
  assertEquals([listener.closed, listener.accept()], [true, undefined]);
  await listener.wait();
  new ListeningSocket(HOST, listener.port).close();
});

const RLIMIT_NOFILE = 7;

/** Calls `body` while this process can open no further file. */
function withoutFiles<T>(body: () => T): T {
  const before = new BigUint64Array(2);
  assertEquals(libc().getrlimit(RLIMIT_NOFILE, new Uint8Array(before.buffer)), 0);
  const none = BigUint64Array.of(0n, before[1]);
  assertEquals(libc().setrlimit(RLIMIT_NOFILE, new Uint8Array(none.buffer)), 0);
  try {
    return body();
  } finally {
    assertEquals(libc().setrlimit(RLIMIT_NOFILE, new Uint8Array(before.buffer)), 0);
  }
}

Deno.test("a handover that fails for lack of descriptors keeps none", () =>
  listening(async (accept) => {
    const { socket } = await accept();
    const listener = standIns();
    const before = descriptors();
    await assertRejects(() => withoutFiles(() => handOver(socket, listener)), Error, "EMFILE");
    assertEquals(descriptors(), before - 1, "the listener is closed");
  }));
