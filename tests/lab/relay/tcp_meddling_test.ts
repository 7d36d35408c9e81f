import { assert, assertEquals } from "@std/assert";
import { acknowledgement, flipBit, resets, type Segment, segmentIn } from "./tcp_meddling.ts";

/** 10.99.0.1:4660 → 10.99.0.2:443, sequence 1000, acknowledges 2000, with options and 5 bytes. */
function segment(): Uint8Array {
  const frame = new Uint8Array(14 + 20 + 32 + 5 + 3); // and three bytes of padding
  const view = new DataView(frame.buffer);
  frame.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 57]);
  frame[14 + 9] = 6;
  frame.set([10, 99, 0, 1, 10, 99, 0, 2], 14 + 12);
  view.setUint16(34, 4660);
  view.setUint16(36, 443);
  view.setUint32(38, 1000);
  view.setUint32(42, 2000);
  view.setUint16(46, 8 << 12 | 0x18);
  frame.set([1, 2, 3, 4, 5], 66);
  return frame;
}

function parsed(frame: Uint8Array): Segment {
  const found = segmentIn(frame);
  assert(found !== undefined);
  return found;
}

/** Whether the checksum is correct: the sum over what it covers is all ones (RFC 1071). */
function isRight(frame: Uint8Array): boolean {
  const { ip, tcp, end } = parsed(frame);
  const view = new DataView(frame.buffer);
  let total = 6 + end - tcp;
  for (let at = ip + 12; at < ip + 20; at += 2) total += view.getUint16(at);
  for (let at = tcp; at < end; at++) total += frame[at] << ((at - tcp) % 2 === 0 ? 8 : 0);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total === 0xffff;
}

Deno.test("a segment is found in its frame, and none in frames other than TCP over IPv4", () => {
  assertEquals(segmentIn(segment()), { ip: 14, tcp: 34, payload: 66, end: 71 });
  for (const [at, value] of [[12, 9], [23, 17], [20, 0x20], [46, 0xf0], [17, 200]]) {
    const other = segment();
    other[at] = value;
    assertEquals(segmentIn(other), undefined, `byte ${at}`);
  }
  assertEquals(segmentIn(segment().subarray(0, 50)), undefined);
});

Deno.test("one bit of the payload is flipped, and the checksum is correct", () => {
  for (const number of [0, 0.3, 0.999]) {
    const frame = segment();
    flipBit(frame, parsed(frame), () => number);
    const changed = frame.subarray(66, 71).map((byte, index) => byte ^ (index + 1));
    const bits = [...changed].flatMap((byte) => [...byte.toString(2)]).filter((bit) => bit === "1");
    assertEquals(bits.length, 1);
    assert(isRight(frame));
  }
});

Deno.test("a reset of either end and an acknowledgement have the numbers that TCP expects", () => {
  const frame = segment();
  const { toReceiver, toSender } = resets(frame, parsed(frame));
  const confirmed = acknowledgement(frame, parsed(frame));
  const facts = [toReceiver, toSender, confirmed].map((made) => {
    const view = new DataView(made.buffer);
    assert(isRight(made));
    assertEquals(view.getUint16(16), 40);
    return [
      made[5],
      made[29],
      view.getUint16(34),
      view.getUint32(38),
      view.getUint32(42),
      made[47],
    ];
  });
  assertEquals(facts, [
    [2, 1, 4660, 1000, 0, 0x04],
    [1, 2, 443, 2000, 0, 0x04],
    [1, 2, 443, 2000, 1005, 0x10],
  ]);
});
