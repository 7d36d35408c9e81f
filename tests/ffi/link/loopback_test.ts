import { assertEquals } from "@std/assert";
import { memoryLinkPair } from "../../../ffi/link/loopback.ts";
import { Gathering, testFrame } from "../veth.ts";

const MACS = [new Uint8Array([2, 0, 0, 0, 0, 1]), new Uint8Array([2, 0, 0, 0, 0, 2])] as const;

Deno.test("memory link: the other end receives frames later, copied, padded and in order", async () => {
  const [left, right] = memoryLinkPair(MACS);
  await using receiver = new Gathering(right);
  await using echo = new Gathering(left);
  const body = left.region(100);
  body.bytes.fill(0xee);
  const headers = new Uint32Array(10);
  new Uint8Array(headers.buffer).set(testFrame(0x8864, 20), 20);
  const frame = testFrame(0x8863, 64);
  left.queue(headers, 5, body, 10, 3);
  left.send(frame);
  left.flush();
  frame.fill(0);
  body.bytes.fill(0);
  assertEquals(receiver.frames, []);
  await receiver.until(() => receiver.frames.length === 2);
  const queued = new Uint8Array(60);
  queued.set(testFrame(0x8864, 20));
  queued.set([0xee, 0xee, 0xee], 20);
  assertEquals(receiver.frames, [queued, testFrame(0x8863, 64)]);
  assertEquals(echo.frames, []);
});

Deno.test("memory link: frames sent before `run` are delivered, an oversized one is not", async () => {
  const [left, right] = memoryLinkPair(MACS, 100);
  left.send(testFrame(0x8863, 115));
  left.send(testFrame(0x8863, 114));
  await using receiver = new Gathering(right);
  await receiver.until(() => receiver.frames.length === 1);
  assertEquals(receiver.frames[0].length, 114);
  assertEquals(left.statistics.drops["frame-too-long"], 1);
});

Deno.test("memory link: frames that are not taken are bounded, and drops are counted", () => {
  const [left, right] = memoryLinkPair(MACS);
  const frame = testFrame(0x8863, 60);
  for (let i = 0; i < 65_536 + 10; i++) left.send(frame);
  assertEquals(right.statistics.kernelDrops, 10);
});

Deno.test("memory link: nothing is delivered after close, which may be called twice", async () => {
  const [left, right] = memoryLinkPair(MACS);
  const receiver = new Gathering(right);
  left.send(testFrame(0x8863, 60));
  right.close();
  right.close();
  await receiver.running;
  await new Promise((resolve) => setImmediate(resolve));
  assertEquals(receiver.frames, []);
});
