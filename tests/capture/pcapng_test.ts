import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { BlockError, blocksOf, BlockSplitter } from "../../src/capture/blocks.ts";
import { CaptureClock } from "../../src/capture/capture_clock.ts";
import {
  interfaceBlock,
  PACKET_HEAD,
  packetSize,
  sectionBlock,
  statisticsBlock,
  writePacket,
} from "../../src/capture/pcapng.ts";
import { commentOf, nameOf, readPcapng, textOf } from "./read_pcapng.ts";

function packetBlock(
  { id, seconds, nanoseconds, inbound, data }: {
    id: number;
    seconds: number;
    nanoseconds: number;
    inbound: boolean;
    data: Uint8Array;
  },
): Uint8Array {
  const out = new Uint8Array(packetSize(data.length)).fill(0xee); // the writer must not rely on zeros
  out.set(data, PACKET_HEAD);
  writePacket(new DataView(out.buffer), 0, id, { seconds, nanoseconds }, inbound, data.length);
  return out;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (out.set(part, at), at + part.length), 0);
  return out;
}

const words = fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.toWellFormed());
const plain = { noNullPrototype: true };
const source = fc.record({ name: words, description: words, comment: words }, plain);
const frame = fc.record({
  id: fc.nat(3),
  seconds: fc.nat(18_000_000_000), // 2540, near the end of 64 bits of nanoseconds
  nanoseconds: fc.nat(999_999_999),
  inbound: fc.boolean(),
  data: fc.uint8Array({ maxLength: 1_600 }),
}, plain);
const count = fc.nat(Number.MAX_SAFE_INTEGER);

Deno.test("pcapng is read back as it was written", () => {
  fc.assert(fc.property(
    words,
    fc.array(source, { minLength: 4, maxLength: 4 }),
    fc.array(frame, { maxLength: 8 }),
    count,
    count,
    (comment, sources, frames, received, dropped) => {
      const at = { seconds: 1, nanoseconds: 2 };
      const file = readPcapng(join([
        sectionBlock({ application: "pppoe-proxy 1.2.3", comment }),
        ...sources.map(interfaceBlock),
        ...frames.map(packetBlock),
        statisticsBlock({ id: 3, at, received, dropped }),
      ]));
      assertEquals(commentOf(file.section), comment);
      assertEquals(
        file.interfaces.map((it) => ({
          name: nameOf(it),
          description: textOf(it.options.get(3)),
          comment: commentOf(it.options),
        })),
        sources,
      );
      for (const it of file.interfaces) {
        assertEquals([it.linkType, it.snapLength, it.options.get(9)], [1, 0, Uint8Array.of(9)]);
      }
      assertEquals(
        file.packets.map((it) => ({
          id: it.interfaceId,
          seconds: Number(it.nanoseconds / 1_000_000_000n),
          nanoseconds: Number(it.nanoseconds % 1_000_000_000n),
          inbound: it.options.get(2)?.[0] === 1,
          data: it.data,
        })),
        frames,
      );
      for (const it of file.packets) assertEquals(it.originalLength, it.data.length);
      const numbers = { received: BigInt(received), dropped: BigInt(dropped) };
      assertEquals(file.statistics, [{ interfaceId: 3, ...numbers }]);
    },
  ));
});

Deno.test("text that is too long for an option is truncated, but not within a character", () => {
  const file = readPcapng(sectionBlock({ application: "a", comment: "é".repeat(40_000) }));
  assertEquals(commentOf(file.section), "é".repeat(32_767));
});

Deno.test("a stream yields the same blocks wherever it was split", () => {
  fc.assert(fc.property(
    fc.array(frame, { maxLength: 6 }),
    fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }),
    (frames, sizes) => {
      const stream = join([sectionBlock({ application: "a" }), ...frames.map(packetBlock)]);
      const splitter = new BlockSplitter();
      const blocks: Uint8Array[] = [];
      let at = 0;
      for (let turn = 0; at < stream.length; turn++) {
        const size = sizes[turn % sizes.length];
        const whole = splitter.take(stream.subarray(at, at + size));
        blocks.push(...[...blocksOf(whole)].map(({ block }) => block.slice()));
        at += size;
      }
      assertEquals(splitter.held, 0);
      assertEquals(blocks.length, 1 + frames.length);
      assertEquals(join(blocks), stream);
    },
  ));
});

Deno.test("a stream that is not pcapng is refused at once", () => {
  for (const first of ["HTTP/1.1 500 no", "\n\r\r\n\xff\xff\xff\xff", "\x06\0\0\0\x08\0\0\0"]) {
    const bytes = Uint8Array.from(first, (character) => character.charCodeAt(0));
    assertThrows(() => new BlockSplitter().take(bytes), BlockError);
  }
});

Deno.test("the capture clock follows the steady clock to the nanosecond, and the wall clock when it is set", () => {
  let [wall, steady] = [1_700_000_000_999, 5.25];
  const clock = new CaptureClock(() => wall, () => steady);
  assertEquals({ ...clock.read() }, { seconds: 1_700_000_000, nanoseconds: 999_000_000 });
  steady += 1.5;
  wall += 2; // whole milliseconds only
  assertEquals({ ...clock.read() }, { seconds: 1_700_000_001, nanoseconds: 500_000 });
  wall += 3_600_000;
  const { seconds, nanoseconds } = clock.read();
  assertEquals([seconds, nanoseconds], [1_700_003_601, 1_000_000]);
  assert(clock.read().seconds === seconds);
});
