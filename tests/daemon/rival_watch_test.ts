import { assertEquals } from "@std/assert";
import { rivalsAmong, socketsOn } from "../../src/checks/discovery_sockets.ts";
import { RivalWatch } from "../../src/daemon/rival_watch.ts";

const TABLE = `sk               RefCnt Type Proto  Iface R Rmem   User   Inode
00000000d4e3f3f1 3      3    8863   7     1 0      0      101
00000000d4e3f3f2 3      3    8864   7     1 0      0      102
00000000d4e3f3f3 3      3    8863   8     1 0      0      103
00000000d4e3f3f4 3      3    0003   7     1 0      0      104
00000000d4e3f3f5 3      3    8863   7     1 0      0      105
`;

const socket = (inode: string, protocol = "8863") => ({ inode, protocol });

Deno.test("sockets are those of the interface's index, at most 64", () => {
  assertEquals(socketsOn(TABLE, 7), [socket("101"), socket("104", "0003"), socket("105")]);
  assertEquals(socketsOn(TABLE, 9), []);
  assertEquals(socketsOn("", 7), []);
  assertEquals(socketsOn(`head\n${`${TABLE.split("\n")[1]}\n`.repeat(99)}`, 7).length, 64);
});

Deno.test("discovery is received by its EtherType, or by all beside a socket that sends", () => {
  const [all, none] = [socket("2", "0003"), socket("3", "0000")];
  assertEquals(rivalsAmong([socket("1"), all], new Set()), ["1"], "a capture is no rival");
  assertEquals(rivalsAmong([all, none], new Set()), ["2"]);
  assertEquals(rivalsAmong([all, none], new Set(["2", "3"])), []);
  assertEquals(rivalsAmong([all, none], new Set(["3"])), [], "a capture beside our own");
});

Deno.test("another program's socket needs attention from 6 seconds on, until it is closed", () => {
  const sockets = { all: [socket("1")], own: new Set(["1", "9"]), listed: 0 };
  const watch = new RivalWatch({
    all: () => sockets.all,
    own: () => {
      sockets.listed++;
      return sockets.own;
    },
  });
  let now = 0;
  const codes = () => watch.conditions("lan0", now += 3_000).map(({ code }) => code);
  assertEquals(codes(), []);
  sockets.all = [socket("1"), socket("2")];
  assertEquals([codes(), codes()], [[], []], "it may be `discover`");
  assertEquals(codes(), ["discovery-shared"]);
  for (let n = 0; n < 9; n++) codes();
  assertEquals(sockets.listed, 2, "own sockets are listed only after a change");
  sockets.all = [socket("1")];
  assertEquals(codes(), []);
  sockets.all = [socket("1"), socket("3")];
  assertEquals(codes(), [], "another search");
});

Deno.test("a process that cannot see its own sockets calls none another's", () => {
  const watch = new RivalWatch({ all: () => [socket("1"), socket("2")], own: () => new Set() });
  for (const now of [5_000, 8_000, 11_000, 14_000]) {
    assertEquals(watch.conditions("lan0", now), []);
  }
});
