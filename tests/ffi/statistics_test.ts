import { assertEquals } from "@std/assert";
import { Gathering, ip, NO_LAB, open, testFrame, vethPair } from "./veth.ts";

for (const kind of ["ring", "plain"] as const) {
  Deno.test({
    name: `${kind} link: both ends count the same frames and bytes, padding included`,
    ignore: NO_LAB,
    async fn() {
      await using pair = await vethPair("ct");
      const sender = open(pair.a, kind);
      const link = open(pair.b, kind);
      await using receiver = new Gathering(link);
      const body = sender.region(2048);
      const headers = new Uint32Array(5);
      new Uint8Array(headers.buffer).set(testFrame(0x8864, 20));
      for (const length of [3, 1494, 2000]) sender.queue(headers, 0, body, 0, length);
      sender.flush();
      sender.send(testFrame(0x8863, 30));
      await receiver.until(() => receiver.frames.length === 3);
      const { sentFrames, sentBytes, drops } = sender.statistics;
      assertEquals([sentFrames, sentBytes, drops["frame-too-long"]], [3, 60 + 1514 + 60, 1]);
      const { receivedFrames, receivedBytes } = link.statistics;
      assertEquals([receivedFrames, receivedBytes], [sentFrames, sentBytes]);
      sender.close();
    },
  });

  Deno.test({
    name: `${kind} link: more frames than one batch holds leave by themselves, in order`,
    ignore: NO_LAB,
    async fn() {
      await using pair = await vethPair("mb");
      const sender = open(pair.a, kind);
      await using receiver = new Gathering(open(pair.b, kind));
      const count = 1500;
      const body = sender.region(count * 64);
      const headers = new Uint32Array(10);
      new Uint8Array(headers.buffer).set(testFrame(0x8864, 20), 20);
      for (let i = 0; i < count; i++) {
        body.view.setUint32(i * 64, i);
        sender.queue(headers, 5, body, i * 64, 64);
      }
      sender.flush();
      await receiver.until(() => receiver.frames.length === count);
      const order = receiver.frames.map((frame) => new DataView(frame.buffer).getUint32(20));
      assertEquals(order, Array.from({ length: count }, (_, i) => i));
      sender.close();
    },
  });

  Deno.test({
    name: `${kind} link: a frame longer than a receive slot is dropped and counted`,
    ignore: NO_LAB,
    async fn() {
      await using pair = await vethPair("tr");
      const link = open(pair.b, kind);
      await using receiver = new Gathering(link);
      for (const end of [pair.a, pair.b]) await ip(`link set ${end} mtu 3000`);
      const sender = open(pair.a, kind);
      sender.send(testFrame(0x8864, 2500));
      sender.send(testFrame(0x8864, 100));
      await receiver.until(() => receiver.frames.length === 1);
      assertEquals(receiver.frames, [testFrame(0x8864, 100)]);
      assertEquals([link.statistics.truncated, link.statistics.receivedFrames], [1, 1]);
      sender.close();
    },
  });

  Deno.test({
    name: `${kind} link: a frame longer than any is dropped and counted`,
    ignore: NO_LAB,
    async fn() {
      await using pair = await vethPair("gl");
      const link = open(pair.a, kind);
      const body = link.region(80_000);
      link.queue(new Uint32Array(5), 0, body, 0, 70_000);
      link.flush();
      link.send(body.bytes);
      assertEquals(link.statistics.drops["frame-too-long"], 2);
      link.close();
    },
  });
}

Deno.test({
  name: "frames that the kernel finds no slot for are counted, also by a link that is closed",
  ignore: NO_LAB,
  async fn() {
    await using pair = await vethPair("kd");
    const sender = open(pair.a, "ring");
    const link = open(pair.b, "ring", { ringFrames: 64 });
    for (let i = 0; i < 100; i++) sender.send(testFrame(0x8863, 64, i));
    while (link.statistics.kernelDrops < 36) {
      link.readStatistics();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const receiver = new Gathering(link);
    await receiver.until(() => receiver.frames.length === 64);
    assertEquals(receiver.frames, Array.from({ length: 64 }, (_, i) => testFrame(0x8863, 64, i)));
    await receiver[Symbol.asyncDispose]();
    link.readStatistics();
    assertEquals(link.statistics.kernelDrops, 36);
    sender.close();
  },
});
