import { assert, assertEquals } from "@std/assert";
import { UdpSocket } from "../../../ffi/socket/udp_socket.ts";

const MIB = 1024 * 1024;

function open(hostname: string, port = 0): { socket: Deno.DatagramConn; port: number } {
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port });
  return { socket, port: (socket.addr as Deno.NetAddr).port };
}

Deno.test("H1: a shared UDP socket buffers as much of a burst as the kernel permits", async () => {
  const { socket, port } = open("127.0.0.1");
  const most = Number(await Deno.readTextFile("/proc/sys/net/core/rmem_max").catch(() => "212992"));
  const wide = UdpSocket.find("127.0.0.1", port)?.widen(4 * MIB);
  const mostSent = Number(await Deno.readTextFile("/proc/sys/net/core/wmem_max").catch(() => most));
  const wideSend = UdpSocket.find("127.0.0.1", port)?.widenSend(4 * MIB);
  socket.close();
  // CAP_NET_ADMIN lifts the limits.
  assert([4 * MIB, Math.min(4 * MIB, most)].includes(wide ?? 0), `${wide}`);
  assert([4 * MIB, Math.min(4 * MIB, mostSent)].includes(wideSend ?? 0), `${wideSend}`);
});

Deno.test("a UDP socket is found by its address among others with the same port", () => {
  const first = open("127.0.0.1");
  const { port } = first;
  const all = [first, open("127.0.0.2", port), open("::1", port)];
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  const found = UdpSocket.find("127.0.0.2", port);
  const nothing = [[0x06, 0, 0, 0]] as const;
  assert(found?.attach(nothing));
  assertEquals(UdpSocket.find("127.0.0.3", port), undefined);
  assert(UdpSocket.find("::1", port) !== undefined);
  listener.close();
  for (const { socket } of all) socket.close();
});

Deno.test("H1: datagrams that do not fit a socket's buffer are counted", async () => {
  const { socket, port } = open("127.0.0.1");
  const { socket: sender } = open("127.0.0.1");
  const own = UdpSocket.find("127.0.0.1", port);
  assertEquals([own?.widen(16 * 1024), own?.drops], [16 * 1024, 0]);
  const to = { transport: "udp", hostname: "127.0.0.1", port } as const;
  for (let i = 0; i < 100; i++) await sender.send(new Uint8Array(1_200), to);
  const dropped = own?.drops ?? 0;
  assert(dropped > 50 && dropped < 100, `${dropped}`);
  for (let i = 0; i < 100 - dropped; i++) await socket.receive(); // all others have arrived
  sender.close();
  socket.close();
});
