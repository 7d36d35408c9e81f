import { assert, assertEquals } from "@std/assert";
import { AcceptedSockets } from "../../ffi/accepted_socket.ts";
import { guardListener } from "../../ffi/tcp.ts";

const LOOPBACK = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1);
const portOf = (address: Deno.Addr): number => (address as Deno.NetAddr).port;

async function connected(sockets: AcceptedSockets, listener: Deno.TcpListener) {
  const dialling = Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  const accepted = await listener.accept();
  const [local, remote] = [accepted.localAddr, accepted.remoteAddr].map((end) => ({
    address: LOOPBACK,
    port: portOf(end),
  }));
  return { client: await dialling, accepted, socket: sockets.find(local, remote) };
}

/** Waits for what the kernel does in its own time. */
async function soon(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 500) throw new Error("Waited in vain");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

Deno.test("an accepted connection is found among all, looked into, and closed beside Deno", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  guardListener(listener.addr.port);
  const sockets = new AcceptedSockets();
  const all = [];
  for (let index = 0; index < 5; index++) all.push(await connected(sockets, listener));
  assertEquals(new Set(all.map(({ socket }) => socket?.number)).size, 5);
  const { client, accepted, socket } = all[2];
  assert(socket !== undefined && socket.heldBack);
  const bytes = new Uint8Array(8);
  assertEquals(socket.peek(bytes), 0);
  await client.write(Uint8Array.of(1, 2, 3));
  await soon(() => socket.peek(bytes) === 3);
  const reading = accepted.read(new Uint8Array(8));
  assertEquals(
    await Promise.race([reading, new Promise((done) => setTimeout(done, 50, "held"))]),
    "held",
  );
  socket.release();
  assertEquals(await reading, 3);
  socket.say(Uint8Array.of(9));
  assertEquals([await client.read(bytes), bytes[0]], [1, 9]);
  socket.shutdown();
  assertEquals(await client.read(bytes), null);
  assert(sockets.areClosing(0));
  accepted.close();
  await soon(() => !sockets.areClosing(0));
  // Its number may be somebody else's from now on.
  const next = await connected(sockets, listener);
  const other = next.socket;
  assert(other !== undefined);
  assertEquals([socket.peek(bytes), other.peek(bytes)], [null, 0]);
  socket.shutdown();
  await next.client.write(Uint8Array.of(4));
  await soon(() => other.peek(bytes) === 1);
  for (const each of [...all, next]) {
    each.client.close();
    if (each !== all[2]) each.accepted.close();
  }
});
