import { assertEquals } from "@std/assert";
import { discoverySocketsIn } from "../../src/checks/discovery_sockets.ts";
import { RivalWatch } from "../../src/daemon/rival_watch.ts";

const TABLE = `sk               RefCnt Type Proto  Iface R Rmem   User   Inode
00000000d4e3f3f1 3      3    8863   7     1 0      0      101
00000000d4e3f3f2 3      3    8864   7     1 0      0      102
00000000d4e3f3f3 3      3    8863   8     1 0      0      103
00000000d4e3f3f4 3      3    0003   7     1 0      0      104
00000000d4e3f3f5 3      3    8863   7     1 0      0      105
`;

Deno.test("the sockets for discovery on an interface are those of its index and EtherType", () => {
  assertEquals(discoverySocketsIn(TABLE, 7), ["101", "105"]);
  assertEquals(discoverySocketsIn(TABLE, 9), []);
  assertEquals(discoverySocketsIn("", 7), []);
  const many = `head\n${TABLE.split("\n")[1]}\n`.padEnd(20) +
    `${TABLE.split("\n")[1]}\n`.repeat(99);
  assertEquals(discoverySocketsIn(many, 7).length, 64);
});

Deno.test("another program's socket needs attention until it is closed", () => {
  const sockets = { all: ["1"], own: new Set(["1", "9"]), listed: 0 };
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
  sockets.all = ["1", "2"];
  assertEquals(codes(), ["discovery-shared"]);
  for (let n = 0; n < 9; n++) codes();
  assertEquals(sockets.listed, 2, "own sockets are listed only after a change");
  sockets.all = ["1"];
  assertEquals(codes(), []);
});

Deno.test("a process that cannot see its own sockets calls none another's", () => {
  const watch = new RivalWatch({ all: () => ["1", "2"], own: () => new Set() });
  assertEquals(watch.conditions("lan0", 5_000), []);
});
