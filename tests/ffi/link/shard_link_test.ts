import { assertEquals } from "@std/assert";
import { shardAddress } from "../../../ffi/link/shard_address.ts";
import { Gathering, ip, NO_LAB, open, testFrame, vethPair } from "../veth.ts";

/** A frame to an address, recognised by its size. */
function frameTo(address: Uint8Array, size: number): Uint8Array {
  const frame = testFrame(0x8864, size);
  frame.set(address);
  return frame;
}

Deno.test({
  name: "links that share an interface each receive what is for them, also under a new address",
  ignore: NO_LAB,
  async fn() {
    await using pair = await vethPair("sh");
    const sender = open(pair.a, "ring");
    const links = [0, 1, 2].map((index) => open(pair.b, "ring", { shard: { index, count: 3 } }));
    await using first = new Gathering(links[0]);
    await using second = new Gathering(links[1]);
    await using third = new Gathering(links[2]);
    const all = [first, second, third];
    const own = links[0].mac.slice();
    assertEquals(links.map(({ mac }) => mac), [0, 1, 2].map((index) => shardAddress(own, index)));
    links.forEach(({ mac }, index) => sender.send(frameTo(mac, 100 + index)));
    sender.send(frameTo(new Uint8Array(6).fill(0xff), 200));
    await all[0].until(() => first.frames.length === 2);
    for (const each of all.slice(1)) await each.until(() => each.frames.length === 1);
    assertEquals(all.map(({ frames }) => frames.map(({ length }) => length)), [
      [100, 200],
      [101],
      [102],
    ]);
    const moved = Uint8Array.of(2, 0, 0, 0xaa, 0xbb, 0xcc);
    const text = [...moved].map((byte) => byte.toString(16)).join(":");
    await ip(`link set ${pair.b} address ${text}`);
    for (const link of links) link.followInterface();
    assertEquals(links.map(({ mac }) => mac), [0, 1, 2].map((index) => shardAddress(moved, index)));
    links.forEach(({ mac }, index) => sender.send(frameTo(mac, 110 + index)));
    for (const each of all) await each.until(() => each.frames.at(-1)?.[5] === 0xcc);
    assertEquals(all.map(({ frames }) => frames.at(-1)?.length), [110, 111, 112]);
    sender.close();
  },
});
