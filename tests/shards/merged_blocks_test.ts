import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Capture } from "../../src/capture/capture.ts";
import { CaptureClock } from "../../src/capture/capture_clock.ts";
import { MergedBlocks } from "../../src/capture/merged_blocks.ts";
import { nameOf, readPcapng } from "../capture/read_pcapng.ts";

const NO_HEAD = new Uint8Array(0);

function newCapture(): Capture {
  return new Capture({
    filter: {},
    secrets: true,
    clock: new CaptureClock(() => 0, () => 0),
    application: "test",
    place: "wan0",
  });
}

const frame = fc.record({
  stream: fc.nat(2),
  peer: fc.constantFrom("a", "b"),
  side: fc.constantFrom("ac" as const, "customer" as const),
  /** Whether the merger reads all streams before this frame. */
  read: fc.boolean(),
});

/** What a packet shows of the frame that it was: its stream and number, its peer and side. */
function label(stream: number, number: number, peer: string, side: string): string {
  return `${stream}.${number} ${peer}/${side}`;
}

Deno.test("captures merge to one section, in which each packet keeps its interface", async () => {
  await fc.assert(fc.asyncProperty(fc.array(frame), fc.nat(20), async (frames, most) => {
    const captures = [0, 1, 2].map(newCapture);
    const merged = new MergedBlocks(most);
    const parts: Uint8Array[] = [];
    const take = async (stream: number): Promise<void> => {
      const blocks = await captures[stream].read();
      if (blocks !== undefined) parts.push(merged.take(stream, blocks).slice());
    };
    const expected: string[] = [];
    for (const stream of captures.keys()) await take(stream);
    for (const [number, { stream, peer, side, read }] of frames.entries()) {
      const bytes = Uint8Array.of(stream, number);
      captures[stream].frame(peer, side, true, NO_HEAD, bytes, 0, 2, false);
      expected.push(label(stream, number, peer, side));
      if (read) await take(stream);
    }
    for (const [stream, capture] of captures.entries()) {
      capture.end();
      for (let i = 0; i < 2; i++) await take(stream);
    }
    const whole = await new Blob(parts as Uint8Array<ArrayBuffer>[]).bytes();
    const { packets, interfaces } = readPcapng(whole);
    const seen = packets.map(({ data: [stream, number], interfaceId }) => {
      const [peer, side] = nameOf(interfaces[interfaceId]).split("/");
      return label(stream, number, peer, side);
    });
    assertEquals(seen.length, Math.min(most, expected.length));
    assertEquals(seen.filter((one) => !expected.includes(one)), []);
    assertEquals(new Set(seen).size, seen.length);
  }));
});
