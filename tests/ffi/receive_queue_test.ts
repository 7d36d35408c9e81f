import { assertEquals } from "@std/assert";
import { libc } from "../../ffi/libc.ts";
import { socketsOf, widenReceiveQueue } from "../../ffi/tcp.ts";

const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const MIB = 1024 * 1024;

function receiveQueue(port: number): number[] {
  return socketsOf(port).map((fd) => {
    const bytes = new Int32Array(1);
    libc().getsockopt(fd, SOL_SOCKET, SO_RCVBUF, bytes, new Uint32Array([4]));
    return bytes[0];
  });
}

Deno.test("H1: a UDP socket that all share holds as much of a burst as the kernel lets it", async () => {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = socket.addr as Deno.NetAddr;
  const most = Number(await Deno.readTextFile("/proc/sys/net/core/rmem_max").catch(() => "212992"));
  const [usual] = receiveQueue(port);
  widenReceiveQueue(port, MIB);
  const [wide] = receiveQueue(port);
  socket.close();
  // The kernel doubles what it is asked for. With CAP_NET_ADMIN no limit holds.
  assertEquals([2 * MIB, 2 * Math.min(MIB, most)].includes(wide), true, `${usual} → ${wide}`);
});
