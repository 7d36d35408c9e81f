import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  describeHolder,
  lockHolder,
  lockIn,
  portHolder,
  socketsIn,
} from "../../src/checks/holders.ts";
import { withFolder } from "../cli/process.ts";

/** net/ipv4/tcp_ipv4.c, get_tcp4_sock: 127.0.0.1:8443 listening, a connection of it, 0.0.0.0:22. */
const TCP =
  `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:20FB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0
   1: 0100007F:20FB 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 222 1 0
   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1 0
`;

Deno.test("a table of sockets gives those that exclude others from an address", () => {
  const cases: [host: string, port: number, isUdp: boolean, inodes: string[]][] = [
    ["127.0.0.1", 8443, false, ["111"]],
    ["0.0.0.0", 8443, false, ["111"]],
    ["proxy.example", 8443, false, ["111"]],
    ["192.0.2.1", 8443, false, []],
    ["192.0.2.1", 22, false, ["333"]],
    ["::", 22, false, ["333"]],
    ["127.0.0.1", 8443, true, ["111", "222"]],
    ["127.0.0.1", 9, false, []],
  ];
  for (const [host, port, isUdp, inodes] of cases) {
    assertEquals([host, port, socketsIn(TCP, { host, port }, isUdp)], [host, port, inodes]);
  }
  assertEquals(socketsIn("", { host: "127.0.0.1", port: 1 }, false), []);
});

Deno.test("a port's holder is found over TCP and UDP, IPv4 and IPv6, and named", () => {
  for (const hostname of ["127.0.0.1", "0.0.0.0", "::1"]) {
    using tcp = Deno.listen({ hostname, port: 0 });
    assertEquals([hostname, portHolder({ host: hostname, port: tcp.addr.port }, false)], [
      hostname,
      Deno.pid,
    ]);
    const udp = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    const { port } = udp.addr as Deno.NetAddr;
    assertEquals([hostname, portHolder({ host: hostname, port }, true)], [hostname, Deno.pid]);
    udp.close();
    assertEquals(portHolder({ host: hostname, port }, true), undefined);
  }
  assertStringIncludes(describeHolder(Deno.pid), `Process ${Deno.pid} (`);
  assertEquals(describeHolder(2 ** 30), `Process ${2 ** 30}`);
});

Deno.test("a lock's holder is found as long as it is held", () =>
  withFolder(async (folder) => {
    const path = `${folder}/sessions.lock`;
    assertEquals(lockHolder(path), undefined);
    const file = await Deno.open(path, { create: true, write: true });
    assertEquals(lockHolder(path), undefined);
    await file.lock(true);
    assertEquals(lockHolder(path), Deno.pid);
    file.close();
    assertEquals(lockHolder(path), undefined);
  }));

Deno.test("only an exclusive flock of this file and of a known process counts as its holder", () => {
  const table = `1: POSIX  ADVISORY  WRITE 10 08:01:777 0 EOF
2: FLOCK  ADVISORY  READ  11 08:01:777 0 EOF
3: FLOCK  ADVISORY  WRITE 12 08:01:7777 0 EOF
3: -> FLOCK  ADVISORY  WRITE 13 08:01:777 0 EOF
4: FLOCK  ADVISORY  WRITE 0 08:01:778 0 EOF
5: FLOCK  ADVISORY  WRITE 14 00:1b:779 0 EOF
6: FLOCK  ADVISORY  WRITE 15 103:12345:780 0 EOF
`;
  const disk = 0x801;
  assertEquals([777, 7777, 778].map((inode) => lockIn(table, disk, inode)), [
    undefined,
    12,
    undefined,
  ]);
  assert(lockIn("", disk, 1) === undefined);
  // Another file system has a file of the same number.
  assertEquals([lockIn(table, disk, 779), lockIn(table, 0x1b, 779)], [undefined, 14]);
  assertEquals(lockIn(table, 0x12310345, 780), 15);
});
