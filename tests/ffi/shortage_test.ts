import { assert, assertEquals, assertLess } from "@std/assert";
import { libc } from "../../ffi/libc.ts";
import { PacketLink } from "../../ffi/link/packet_link.ts";
import { runCommand } from "../lab/process.ts";
import { needing } from "../needs.ts";
import { Gathering, NO_LAB, open, testFrame, vethPair } from "./veth.ts";

const RLIMIT_AS = 9;
const MIB = 1 << 20;

/** Bytes of this process's address space. */
function addressSpace(): number {
  const [, kib = ""] = /^VmSize:\s+(\d+) kB$/m.exec(Deno.readTextFileSync("/proc/self/status")) ??
    [];
  return 1024 * Number(kib);
}

/** Limits the growth of the address space, in bytes, while `body` runs. */
function withRoomFor<T>(bytes: number, body: () => T): T {
  const before = new BigUint64Array(2);
  assertEquals(libc().getrlimit(RLIMIT_AS, new Uint8Array(before.buffer)), 0);
  const limit = BigUint64Array.of(BigInt(addressSpace() + bytes), before[1]);
  assertEquals(libc().setrlimit(RLIMIT_AS, new Uint8Array(limit.buffer)), 0);
  try {
    return body();
  } finally {
    assertEquals(libc().setrlimit(RLIMIT_AS, new Uint8Array(before.buffer)), 0);
  }
}

Deno.test({
  name: "if memory is short the ring is smaller, reports it, and carries frames",
  ignore: NO_LAB,
  async fn() {
    await using pair = await vethPair("ms");
    addressSpace();
    const whole = open(pair.b);
    assertEquals(whole.ring, { wanted: 4_096, slots: 4_096 });
    whole.close();
    const link = withRoomFor(3 * MIB, () => open(pair.b)); // a full ring takes 8 MiB
    assertEquals([link.kind, link.ring.wanted], ["ring", 4_096]);
    assert(link.ring.slots >= 256 && link.ring.slots <= 1_024, `${link.ring.slots} slots`);
    await using receiver = new Gathering(link);
    const sender = open(pair.a);
    for (let i = 0; i < 200; i++) sender.send(testFrame(0x8863, 64));
    await receiver.until(() => receiver.frames.length === 200);
    sender.close();
  },
});

Deno.test(needing(["tc"], {
  name: "frames that do not fit the interface's queue are counted, and later ones are sent",
  ignore: NO_LAB,
  async fn() {
    await using pair = await vethPair("qf");
    const slow = ["rate", "8kbit", "burst", "1600", "limit", "1600"];
    await runCommand("tc", "qdisc", "add", "dev", pair.a, "root", "tbf", ...slow);
    for (const kind of ["ring", "plain"] as const) {
      const sender = open(pair.a, kind);
      for (let i = 0; i < 100; i++) sender.send(testFrame(0x8863, 1_000));
      const { sentFrames, drops } = sender.statistics;
      assert(drops["transmit-full"] > 80, `${drops["transmit-full"]} dropped`);
      assertEquals(sentFrames + drops["transmit-full"], 100);
      sender.close();
    }
    await runCommand("tc", "qdisc", "del", "dev", pair.a, "root");
    const sender = open(pair.a);
    sender.send(testFrame(0x8863, 1_000));
    assertEquals([sender.statistics.sentFrames, sender.statistics.drops["transmit-full"]], [1, 0]);
    sender.close();
  },
}));

Deno.test({
  name: "a readable socket that cannot be read does not block the event loop",
  ignore: NO_LAB,
  async fn() {
    await using pair = await vethPair("hu");
    let calls = 0;
    const etherTypes = [0x8863, 0x8864] as const;
    const link = new PacketLink(
      "plain",
      { interface: pair.b, promiscuous: false, etherTypes },
      () => ({ slots: 0, drain: () => (calls++, 0), release() {} }),
    );
    await using receiver = new Gathering(link);
    const sender = open(pair.a);
    sender.send(testFrame(0x8863, 64));
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 10));
    assertLess(calls, 60);
    assert(calls > 1 && receiver.frames.length === 0);
    sender.close();
  },
});
