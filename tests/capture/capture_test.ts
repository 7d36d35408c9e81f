import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Capture, type CaptureOptions } from "../../src/capture/capture.ts";
import { CaptureClock } from "../../src/capture/capture_clock.ts";
import { holds, papRequest, utf8 } from "./frames.ts";
import { commentOf, nameOf, type ReadFile, readPcapng, textOf } from "./read_pcapng.ts";

const HEAD = new Uint8Array(20).fill(0x11);

function capture(options: Partial<CaptureOptions> = {}, onEnd: () => void = () => {}): Capture {
  return new Capture({
    filter: {},
    secrets: false,
    clock: new CaptureClock(() => 1_700_000_000_000, () => 0),
    application: "pppoe-proxy",
    place: "wan0",
    ...options,
  }, onEnd);
}

/** Captures a session frame. */
function take(it: Capture, payload: Uint8Array, client = "branch-1", inbound = true): void {
  it.frame(client, "ac", inbound, HEAD, payload, 0, payload.length, true);
}

/** Reads until the capture is over. */
async function readAll(it: Capture): Promise<Uint8Array> {
  const parts: number[] = [];
  for (let part = await it.read(); part !== undefined; part = await it.read()) {
    for (const byte of part) parts.push(byte);
  }
  return Uint8Array.from(parts);
}

function interfaces(file: ReadFile): string[] {
  return file.interfaces.map(nameOf);
}

Deno.test("each client and side has its own interface, described before its first frame", async () => {
  const it = capture();
  it.frame("a", "ac", true, HEAD, Uint8Array.of(1), 0, 1, true);
  it.frame("a", "customer", false, HEAD, Uint8Array.of(9, 2, 9), 1, 1, true);
  it.frame(undefined, "ac", true, new Uint8Array(0), Uint8Array.of(3), 0, 1, false);
  it.frame("b", "ac", true, HEAD, Uint8Array.of(4), 0, 1, true);
  it.frame("a", "ac", false, HEAD, Uint8Array.of(5), 0, 1, true);
  it.end();
  const file = readPcapng(await readAll(it));
  assertEquals(interfaces(file), ["a/ac", "a/customer", "ac", "b/ac"]);
  assertEquals(
    textOf(file.interfaces[0].options.get(3)),
    "a, access concentrator's side (wan0)",
  );
  assertEquals(file.packets.map((packet) => packet.interfaceId), [0, 1, 2, 3, 0]);
  assertEquals(file.packets.map(({ data }) => data.at(-1)), [1, 2, 3, 4, 5]);
  assertEquals(file.packets.map(({ options }) => options.get(2)?.[0]), [1, 2, 1, 1, 2]);
  const received = new Map(file.statistics.map((each) => [each.interfaceId, each.received]));
  assertEquals([0, 1, 2, 3].map((id) => received.get(id)), [2n, 1n, 1n, 1n]);
});

Deno.test("passwords are masked unless secrets are requested, and the file says which", async () => {
  for (const secrets of [false, true]) {
    const it = capture({ secrets });
    take(it, papRequest("bob", "hunter2"));
    it.end();
    const bytes = await readAll(it);
    assertEquals(holds(bytes, utf8("hunter2")), secrets);
    assertEquals(/masked/.test(commentOf(readPcapng(bytes).section)), !secrets);
  }
});

Deno.test("capturing a frame does not change the original", () => {
  const payload = papRequest("bob", "hunter2");
  take(capture(), payload);
  assertEquals(payload, papRequest("bob", "hunter2"));
});

Deno.test("frames that are not fetched are dropped, counted and reported, within the queue's limit", async () => {
  const it = capture({ queue: 10_000 });
  const payload = new Uint8Array(1_000);
  for (let i = 0; i < 50; i++) take(it, payload, `client-${i % 3}`);
  const before = it.dropped;
  assertEquals(it.frames + before, 50);
  const first = await it.read() ?? new Uint8Array(0);
  assert(first.length <= 10_000 + 3 * 100, `${first.length} bytes`);
  const early = readPcapng(first);
  assertEquals(early.packets.length, it.frames);
  assertEquals(early.statistics.reduce((sum, { dropped }) => sum + dropped, 0n), BigInt(before));
  take(it, payload, "client-0");
  it.end();
  const rest = await readAll(it);
  const file = readPcapng(Uint8Array.from([...first, ...rest]));
  assertEquals(file.packets.length, it.frames);
  assertEquals(it.dropped, before);
  const last = new Map(file.statistics.map((each) => [each.interfaceId, each.dropped]));
  assertEquals([...last.values()].reduce((sum, dropped) => sum + dropped, 0n), BigInt(before));
});

Deno.test("a capture ends once, after the requested number of frames, and accepts no more", async () => {
  let ends = 0;
  const it = capture({ count: 2 }, () => ends++);
  for (let i = 0; i < 5; i++) take(it, Uint8Array.of(i));
  it.end();
  assertEquals([it.isEnded, ends, it.frames], [true, 1, 2]);
  assertEquals(readPcapng(await readAll(it)).packets.length, 2);
});

Deno.test("a waiting reader is woken by a frame and by the end", async () => {
  const it = capture();
  await it.read(); // the header
  const waiting = it.read();
  take(it, Uint8Array.of(1));
  assert((await waiting)?.length);
  const last = it.read();
  it.end();
  assert((await last)?.length); // statistics
  assertEquals(await it.read(), undefined);
});

Deno.test("for any order of captures and reads, every frame that was not dropped is read once and in order", async () => {
  const step = fc.oneof(
    fc.constant("read" as const),
    fc.record({ client: fc.constantFrom("a", "b", "c"), length: fc.nat(9_000) }),
  );
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
    const it = capture({ queue: 70_000 });
    const parts: Uint8Array[] = [];
    const kept: number[] = [];
    for (const [i, next] of steps.entries()) {
      const { client, length } = next === "read" ? { client: "a", length: 0 } : next;
      const payload = new Uint8Array(3 + length).fill(i);
      payload.set([0, 33]); // IPv4
      const before = it.frames;
      take(it, payload, client);
      if (it.frames > before) kept.push(i);
      if (next === "read") parts.push(await it.read() ?? new Uint8Array(0));
    }
    it.end();
    parts.push(await readAll(it));
    const file = readPcapng(Uint8Array.from(parts.flatMap((part) => [...part])));
    assertEquals(file.packets.map(({ data }) => data.at(-1)), kept);
    assertEquals(sum(file), it.frames + it.dropped);
    assertEquals(it.frames + it.dropped, steps.length);
  }));
});

/** Number of frames according to the last statistics of each interface. */
function sum({ statistics }: ReadFile): number {
  const last = new Map(statistics.map((each) => [each.interfaceId, each]));
  return [...last.values()].reduce((total, { received }) => total + Number(received), 0);
}
