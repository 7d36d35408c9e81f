import { assertEquals } from "@std/assert";
import { MAX_FRAME } from "../../ffi/link/link.ts";
import { skipping } from "../needs.ts";
import { tapInterface, tapObstacle } from "./tap.ts";
import { type Flow, flowFrame, joinFrames, offsets } from "./tcp_frames.ts";
import { ringSlots } from "../../ffi/link/rx_ring.ts";
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
    name: `${kind} link: more frames than a batch holds are all sent, in order`,
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
    name: `E1: ${kind} link: a frame longer than the MTU at startup arrives whole`,
    ignore: NO_LAB,
    async fn() {
      await using pair = await vethPair("tr");
      const link = open(pair.b, kind);
      await using receiver = new Gathering(link);
      for (const end of [pair.a, pair.b]) await ip(`link set ${end} mtu 9000`);
      const sender = open(pair.a, kind);
      const sizes = [9014, 100, 2500, 1514, 2049];
      for (const size of sizes) sender.send(testFrame(0x8864, size));
      await receiver.until(() => receiver.frames.length === sizes.length);
      assertEquals(receiver.frames, sizes.map((size) => testFrame(0x8864, size)));
      link.followInterface();
      assertEquals([link.mtu, link.statistics.truncated], [9000, 0]);
      for (const end of [pair.a, pair.b]) await ip(`link set ${end} mtu 1400`);
      link.followInterface();
      assertEquals(link.mtu, 1400);
      sender.close();
    },
  });

  Deno.test({
    name: `E1: ${kind} link: a frame too long for a tunnel is dropped and counted`,
    ignore: NO_LAB,
    async fn() {
      await using pair = await vethPair("tr");
      for (const end of [pair.a, pair.b]) await ip(`link set ${end} mtu 65535`);
      const link = open(pair.b, kind);
      await using receiver = new Gathering(link);
      const sender = open(pair.a, kind);
      for (const size of [MAX_FRAME + 1, 40_000, MAX_FRAME]) sender.send(testFrame(0x8864, size));
      await receiver.until(() => receiver.frames.length === 1);
      assertEquals(receiver.frames, [testFrame(0x8864, MAX_FRAME)]);
      assertEquals([link.statistics.truncated, link.statistics.receivedFrames], [2, 1]);
      sender.close();
    },
  });

  Deno.test(skipping(tapObstacle(), {
    name: `G1: ${kind} link: a frame that the kernel merged arrives as its segments`,
    ignore: NO_LAB,
    async fn() {
      await using tap = await tapInterface("grtap");
      const link = open("grtap", kind);
      await using receiver = new Gathering(link);
      const flow: Flow = { ip: 4, protocol: "tcp", options: 12, sequence: 77, id: 9 };
      const segments = [0, 1, 2].map((number) =>
        flowFrame(flow, new Uint8Array(1440).fill(number + 1), {
          sent: number * 1440,
          number,
          flags: 0x10,
        })
      );
      const header = new Uint8Array(10);
      header.set([1, 1]); // VIRTIO_NET_HDR_F_NEEDS_CSUM, VIRTIO_NET_HDR_GSO_TCPV4
      const view = new DataView(header.buffer);
      const { transport, data } = offsets(flow);
      [data, 1440, transport, 16].forEach((value, i) => view.setUint16(2 + 2 * i, value, true));
      for (const some of [segments, segments.slice(0, 1), segments]) {
        tap.receive(new Uint8Array([...header, ...joinFrames(some, flow)]));
      }
      await receiver.until(() => receiver.frames.length === 7);
      assertEquals(receiver.frames, [...segments, segments[0], ...segments]);
      assertEquals([link.statistics.truncated, link.statistics.joined], [0, 0]);
    },
  }));

  Deno.test(skipping(tapObstacle(), {
    name: `G1: ${kind} link: a frame whose offload the kernel cannot describe stops no other frame`,
    ignore: NO_LAB,
    async fn() {
      await using tap = await tapInterface("ufotap");
      const link = open("ufotap", kind);
      await using receiver = new Gathering(link);
      const header = new Uint8Array(10);
      header.set([1, 3]); // VIRTIO_NET_HDR_F_NEEDS_CSUM, VIRTIO_NET_HDR_GSO_UDP
      const view = new DataView(header.buffer);
      [50, 1480, 42, 6].forEach((value, i) => view.setUint16(2 + 2 * i, value, true));
      const frame = testFrame(0x8864, 100);
      tap.receive(new Uint8Array([...header, ...testFrame(0x8864, 4000)]));
      for (let tries = 0; receiver.frames.length < 3 && tries < 200; tries++) {
        tap.receive(new Uint8Array([...new Uint8Array(10), ...frame]));
        link.readStatistics(); // as the daemon does every second, in one turn
        link.followInterface();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      assertEquals(receiver.frames.slice(0, 3), [frame, frame, frame]);
      assertEquals([link.kind, receiver.states], ["plain", []]);
      assertEquals(link.ring.wasStuck, kind === "ring");
      if (kind === "plain") assertEquals(link.statistics.joined, 1);
    },
  }));

  Deno.test({
    name: `${kind} link: a frame longer than any valid one is dropped and counted`,
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
  name: "frames for which the kernel has no slot are counted, even after the link closed",
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

Deno.test("E1: a ring for jumbo frames takes at most twice the memory of a normal ring", () => {
  for (const mtu of [68, 1500, 1958, 1959, 3000, 9000, 16_304, 65_535]) {
    for (const frames of [64, 4096, 65_536]) {
      const { slot, count } = ringSlots(mtu, frames);
      assertEquals(slot * count <= 2 * 2048 * frames, true, `${mtu} ${frames}`);
      assertEquals(Number.isInteger(Math.log2(count)) && count >= 16, true);
      assertEquals(slot >= Math.min(76 + 14 + mtu, 16_384), true);
    }
  }
});

Deno.test({
  name: "E1: links with the maximum MTU take no more memory than two normal ones",
  ignore: NO_LAB,
  async fn() {
    await using pair = await vethPair("mm");
    for (const end of [pair.a, pair.b]) await ip(`link set ${end} mtu 65535`);
    const ring = async (): Promise<number> => {
      const maps = await Deno.readTextFile("/proc/self/smaps");
      const sizes = maps.matchAll(/socket:\[\d+\]\s+Size: +(\d+) kB/g);
      return sizes.reduce((sum, [, size]) => sum + Number(size), 0);
    };
    const before = await ring();
    const link = open(pair.b, "ring");
    const size = await ring() - before;
    link.close();
    assertEquals(size, 16 * 1024);
  },
});
