import { assert, assertEquals, assertLess } from "@std/assert";
import { PacketLink } from "../../ffi/link/packet_link.ts";
import { runCommand } from "../lab/process.ts";
import { needing } from "../needs.ts";
import { PATIENCE } from "../until.ts";
import { Gathering, NO_LAB, open, testFrame, vethPair } from "./veth.ts";

const SHORT_OF_MEMORY = new URL("short_of_memory.ts", import.meta.url).pathname;

Deno.test({
  name: "if memory is short the ring is smaller, reports it, and carries frames",
  ignore: NO_LAB,
  async fn() {
    await using pair = await vethPair("ms");
    // In a process of its own, without V8's threads: one that needs memory meanwhile would end it.
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--cached-only", "--quiet", "--v8-flags=--single-threaded"]
        .concat(SHORT_OF_MEMORY, pair.a, pair.b),
      signal: AbortSignal.timeout(PATIENCE),
    }).output();
    const said = new TextDecoder().decode(stdout) || new TextDecoder().decode(stderr);
    const { whole, kind, ring, frames } = JSON.parse(said);
    assertEquals(whole, { wanted: 4_096, slots: 4_096, wasStuck: false });
    assertEquals([kind, ring.wanted, frames], ["ring", 4_096, 200]);
    assert(ring.slots >= 256 && ring.slots <= 1_024, said);
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
