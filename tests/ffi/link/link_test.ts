import { assert, assertEquals, assertThrows } from "@std/assert";
import { SystemError } from "../../../ffi/errno.ts";
import { readInterface } from "../../../ffi/socket/interface.ts";
import { until } from "../../until.ts";
import { bringUp, Gathering, ip, NO_LAB, open, testFrame, vethPair } from "../veth.ts";

for (const kind of ["ring", "plain"] as const) {
  Deno.test({
    name: `${kind} link: frames of every size arrive unchanged and in order`,
    ignore: NO_LAB,
    async fn() {
      await using pair = await vethPair("sz");
      const sender = open(pair.a, kind);
      await using receiver = new Gathering(open(pair.b, kind));
      const body = sender.region(2048);
      const headers = new Uint32Array(5);
      for (let size = 60; size <= 1514; size++) {
        const frame = testFrame(0x8864, size);
        new Uint8Array(headers.buffer).set(frame.subarray(0, 20));
        body.bytes.set(frame.subarray(20));
        sender.queue(headers, 0, body, 0, size - 20);
        sender.flush();
        if (size % 100 === 0) await receiver.until(() => receiver.frames.length === size - 59);
      }
      await receiver.until(() => receiver.frames.length === 1455);
      receiver.frames.forEach((frame, i) => assertEquals(frame, testFrame(0x8864, 60 + i)));
      assertEquals(sender.statistics.sentFrames, 1455);
      sender.close();
    },
  });

  Deno.test({
    name: `V0: ${kind} link: untagged frames of the two EtherTypes arrive, but not our own`,
    ignore: NO_LAB,
    async fn() {
      await using pair = await vethPair("fl");
      const sender = open(pair.a, kind);
      const link = open(pair.b, kind);
      await using receiver = new Gathering(link);
      const tagged = testFrame(0x8100, 64);
      tagged.set([0xe0, 5, 0x88, 0x63, 0x11], 14);
      const priority = testFrame(0x8100, 68);
      priority.set([0xe0, 0, 0x88, 0x64, 0x11], 14);
      const twice = testFrame(0x8100, 72);
      twice.set([0xe0, 0, 0x81, 0x00, 0, 5, 0x88, 0x64, 0x11], 14);
      const stacked = testFrame(0x9100, 68);
      stacked.set([0, 5, 0x88, 0x64, 0x11], 14);
      sender.send(twice);
      sender.send(stacked);
      for (const frame of [tagged, tagged, testFrame(0x0800, 64), testFrame(0x8865, 64)]) {
        sender.send(frame);
      }
      link.send(testFrame(0x8863, 64));
      sender.send(testFrame(0x8863, 64));
      sender.send(priority);
      sender.send(testFrame(0x8864, 70));
      await receiver.until(() => receiver.frames.length >= 3);
      const untagged = new Uint8Array([...priority.subarray(0, 12), ...priority.subarray(16)]);
      assertEquals(receiver.frames, [testFrame(0x8863, 64), untagged, testFrame(0x8864, 70)]);
      assertEquals(link.statistics.vlanTagged, 4);
      sender.close();
    },
  });

  Deno.test({
    name: `${kind} link: a short frame is padded to 60 bytes with zeros, queued or sent`,
    ignore: NO_LAB,
    async fn() {
      await using pair = await vethPair("pd");
      const sender = open(pair.a, kind);
      await using receiver = new Gathering(open(pair.b, kind));
      const body = sender.region(64);
      body.bytes.fill(0xee);
      const headers = new Uint32Array(5);
      new Uint8Array(headers.buffer).set(testFrame(0x8864, 20));
      sender.queue(headers, 0, body, 8, 3);
      sender.queue(headers, 0, body, 8, 50);
      sender.queue(headers, 0, body, 8, 1);
      sender.flush();
      sender.send(testFrame(0x8863, 30));
      await receiver.until(() => receiver.frames.length === 4);
      assertEquals(receiver.frames.map(({ length }) => length), [60, 70, 60, 60]);
      assertEquals([...receiver.frames[0].subarray(20, 25)], [0xee, 0xee, 0xee, 0, 0]);
      assertEquals(receiver.frames[0].subarray(23).every((byte) => byte === 0), true);
      assertEquals(receiver.frames[2].subarray(21).every((byte) => byte === 0), true);
      assertEquals(receiver.frames[3].subarray(30).every((byte) => byte === 0), true);
      sender.close();
    },
  });

  Deno.test({
    name: `${kind} link: an interface that is renamed while it is down is named`,
    ignore: NO_LAB,
    async fn() {
      await using pair = await vethPair("rn");
      const link = open(pair.b, kind);
      await using receiver = new Gathering(link);
      await ip(`link set ${pair.b} down`);
      await receiver.until(() => receiver.states.length === 1);
      await ip(`link set ${pair.b} name rnother`);
      await receiver.until(() => receiver.states.length === 2);
      await ip(`link set rnother name ${pair.b}`);
      await receiver.until(() => receiver.states.length === 3);
      await bringUp(pair);
      await receiver.until(() => receiver.states.length === 4);
      assertEquals(receiver.states, [
        "down: interface down",
        'down: interface renamed to "rnother"',
        "down: interface down",
        "up: interface up",
      ]);
    },
  });

  Deno.test({
    name: `${kind} link: waits for an interface that goes down or is recreated`,
    ignore: NO_LAB,
    async fn() {
      await using pair = await vethPair("dn");
      const link = open(pair.b, kind);
      await using receiver = new Gathering(link);
      await ip(`link set ${pair.b} down`);
      await receiver.until(() => receiver.states.length === 1);
      link.send(testFrame(0x8863, 64));
      assertEquals(link.statistics.drops["link-down"], 1);
      await ip(`link set ${pair.b} up`);
      await receiver.until(() => receiver.states.length === 2);
      const index = link.index;
      await ip(`link del ${pair.a}`);
      await receiver.until(() => receiver.states.length === 3);
      await ip(`link add ${pair.a} type veth peer name ${pair.b}`);
      await bringUp(pair);
      await receiver.until(() => receiver.states.length === 4);
      assertEquals(receiver.states, [
        "down: interface down",
        "up: interface up",
        "down: interface gone",
        "up: interface up",
      ]);
      assert(link.index !== index);
      assertEquals([...link.mac], [...readInterface(pair.b).mac]);
      const sender = open(pair.a, kind);
      sender.send(testFrame(0x8864, 80));
      await receiver.until(() => receiver.frames.length === 1);
      sender.close();
    },
  });
}

Deno.test({
  name: "closing a link releases every file, mapping and thread, even during a wait",
  ignore: NO_LAB,
  async fn() {
    await using pair = await vethPair("lk");
    const counts = () => [
      [...Deno.readDirSync("/proc/self/fd")].length,
      Deno.readTextFileSync("/proc/self/maps").split("\n").filter((line) =>
        line.includes("socket:")
      )
        .length,
    ];
    const cycle = async () => {
      const link = open(pair.b);
      const running = new Gathering(link);
      await new Promise((resolve) => setImmediate(resolve));
      await running[Symbol.asyncDispose]();
      link.close(); // closing again is harmless
    };
    await cycle();
    const before = counts();
    const threads = () => [...Deno.readDirSync("/proc/self/task")].length;
    const most = threads() + 2;
    // Deno's own pipes and threads, of which a busy machine needs more, take a moment to end.
    const released = () => counts().every((count, at) => count <= before[at]) && threads() <= most;
    const now = () => `${counts()} and ${threads()} threads, before ${before} and ${most - 2}`;
    for (let i = 0; i < 20; i++) await cycle();
    await until(released, now);
    open(pair.b).close(); // never run
    await until(released, now);
  },
});

Deno.test({
  name: "a frame longer than the MTU is dropped with its reason, and the next one is sent",
  ignore: NO_LAB,
  async fn() {
    await using pair = await vethPair("mt");
    const sender = open(pair.a);
    await using receiver = new Gathering(open(pair.b));
    const body = sender.region(4096);
    const headers = new Uint32Array(5);
    new Uint8Array(headers.buffer).set(testFrame(0x8864, 20));
    for (const length of [100, 2000, 200]) sender.queue(headers, 0, body, 0, length);
    sender.flush();
    await receiver.until(() => receiver.frames.length === 2);
    assertEquals(receiver.frames.map(({ length }) => length), [120, 220]);
    assertEquals(sender.statistics.drops["frame-too-long"], 1);
    assertEquals(sender.statistics.sentFrames, 2);
    sender.close();
  },
});

Deno.test("the error for a missing interface says so and what to do", () => {
  const error = assertThrows(() => readInterface("nosuch0"), SystemError);
  assertEquals([error.code, error.errno], ["ENODEV", 19]);
  assert(error.message.startsWith('Cannot read interface "nosuch0": ioctl('), error.message);
  assert(error.message.includes("ip link"), error.message);
});

Deno.test("loopback is refused: it is not Ethernet", { ignore: NO_LAB }, () => {
  assertThrows(() => open("lo"), TypeError, "not an Ethernet");
});
