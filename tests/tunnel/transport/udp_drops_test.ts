import { assert, assertEquals } from "@std/assert";
import { UdpSocket } from "../../../ffi/socket/udp_socket.ts";
import { UdpDrops } from "../../../src/tunnel/transport/udp_drops.ts";

Deno.test("H1: the kernel's drops of a socket stay counted after it is closed", async () => {
  const drops = new UdpDrops();
  const sender = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  let total = 0;
  for (let round = 0; round < 3; round++) {
    const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    const to = socket.addr as Deno.NetAddr;
    const own = UdpSocket.find(to.hostname, to.port);
    assert(own !== undefined);
    own.widen(16 * 1024);
    const unfollow = drops.follow(own);
    for (let i = 0; i < 100; i++) await sender.send(new Uint8Array(1_200), to);
    const dropped = own.drops;
    assert(dropped > 50);
    total += dropped;
    assertEquals(drops.total, total);
    unfollow();
    unfollow();
    socket.close();
    assertEquals(drops.total, total);
  }
  sender.close();
});
