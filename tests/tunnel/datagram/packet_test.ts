import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { DatagramDrop } from "../../../src/tunnel/datagram/datagram.ts";
import { Joiner, KEPT, PACKET_AGE } from "../../../src/tunnel/datagram/joiner.ts";
import {
  GROUP,
  isPacket,
  isParity,
  Packer,
  PACKET_HEADER,
  Parity,
  PARITY_HEADER,
} from "../../../src/tunnel/datagram/packet.ts";
import { KIND_SESSION, RECORD_HEADER } from "../../../src/tunnel/record/record.ts";
import { record } from "../../proxy/raw_client.ts";

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Records of these lengths; the handle of each is its index, and each byte of its payload too. */
function row(lengths: readonly number[]): Uint8Array {
  const parts = lengths.map((length, i) => record(KIND_SESSION, i, new Uint8Array(length).fill(i)));
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (out.set(part, at), at + part.length), 0);
  return out;
}

function packed(lengths: readonly number[], max: number, packer = new Packer()): Uint8Array[] {
  const out: Uint8Array[] = [];
  packer.pack(row(lengths), max, (packet) => out.push(packet.slice()));
  return out;
}

/** A joiner, and the handles and lengths of what it has delivered. */
function joiner() {
  const [got, drops]: [[number, number][], DatagramDrop[]] = [[], []];
  const clock = { now: 0 };
  const found = (handle: number, payload: Uint8Array): void => {
    assert(payload.every((byte) => byte === (handle & 0xff)), `frame ${handle} is mixed`);
    got.push([handle, payload.length]);
  };
  const joining = new Joiner({
    records(bytes, view, from, to) {
      for (let at = from; at < to;) {
        const [length, handle] = [view.getUint16(at), view.getUint16(at + 2)];
        found(handle, bytes.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length));
        at += RECORD_HEADER + length;
      }
    },
    joined: (header, payload) => found(header & 0xffff, payload),
    dropped: (reason) => void drops.push(reason),
  }, () => clock.now);
  const take = (bytes: Uint8Array): boolean => {
    assert(isPacket(viewOf(bytes)));
    return joining.take(bytes, viewOf(bytes));
  };
  return { joining, take, got, drops, clock };
}

const lengths = fc.array(
  fc.oneof(fc.nat(40), fc.nat(1_600), fc.nat(9_000)),
  { minLength: 1, maxLength: 40 },
);
const size = fc.integer({ min: 1_170, max: 1_414 });

Deno.test("records of all lengths survive packing, in packets of the maximum length, in any order", () => {
  const order = fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }));
  fc.assert(fc.property(lengths, size, order, (lengths, size, order) => {
    const packets = packed(lengths, size);
    const total = lengths.reduce((sum, length) => sum + RECORD_HEADER + length, 0);
    // A header is never split, which wastes at most seven bytes of a packet.
    assert(packets.length <= Math.ceil(total / (size - PACKET_HEADER - 7)));
    assert(packets.every((packet) => packet.length <= size));
    const { take, got, drops } = joiner();
    const keyed = packets.slice(0, KEPT).map((packet) => ({ packet, key: order.next().value }));
    for (const { packet } of keyed.sort((a, b) => a.key - b.key)) assert(take(packet));
    assertEquals(drops, []);
    if (packets.length > KEPT) return;
    got.sort(([one], [other]) => one - other);
    assertEquals(got, lengths.map((length, i) => [i, length]));
  }));
});

Deno.test("packing ends on a path that carries nothing", () => {
  for (let size = 0; size <= 3 * PACKET_HEADER; size++) {
    const bytes = packed([0, 1, 500], size).reduce((sum, { length }) => sum + length, 0);
    assert(bytes >= 501 && bytes < 2_000, `${bytes} bytes in packets of ${size}`);
  }
});

Deno.test("lost and repeated packets cost only the frames that they touch, and mix none", () => {
  const lost = fc.array(fc.nat(60), { maxLength: 20 });
  fc.assert(fc.property(lengths, size, lost, (lengths, size, lost) => {
    const packets = packed(lengths, size);
    const { take, got } = joiner();
    packets.forEach((packet, i) => {
      if (lost.includes(i)) return;
      assert(take(packet));
      if (i % 5 === 0) assertEquals(take(packet), false);
    });
    let at = 0;
    const untouched = lengths.flatMap((length, i) => {
      const [from, to] = [at, at += RECORD_HEADER + length];
      const places = spans(packets);
      return places.some(([begin, end], n) => lost.includes(n) && begin < to && end > from)
        ? []
        : [[i, length]];
    });
    got.sort(([one], [other]) => one - other);
    assertEquals(got, untouched);
  }));
});

/** The range of the row that each packet carries. */
function spans(packets: Uint8Array[]): [number, number][] {
  let at = 0;
  return packets.map(({ length }) => [at, at += length - PACKET_HEADER]);
}

Deno.test("a parity restores any one packet of its group, and no more than one", () => {
  fc.assert(fc.property(lengths, size, fc.nat(), fc.boolean(), (lengths, size, pick, two) => {
    const packets = packed(lengths, size).slice(0, GROUP);
    const parity = new Parity();
    for (const packet of packed([1, 500], size)) parity.add(packet);
    parity.clear(); // of an earlier group nothing remains
    for (const packet of packets) parity.add(packet);
    const bytes = parity.take().slice();
    assert(isParity(viewOf(bytes)) && bytes.length <= size + PARITY_HEADER);
    const [all, some] = [joiner(), joiner()];
    for (const packet of packets) all.take(packet);
    const lost = pick % packets.length;
    packets.forEach((packet, i) => {
      if (i !== lost && !(two && i === (lost + 1) % packets.length)) some.take(packet);
    });
    const before = some.got.length;
    some.joining.parity(viewOf(bytes));
    if (two && packets.length > 1) return assertEquals(some.got.length, before);
    const order = (got: [number, number][]) => got.sort(([one], [other]) => one - other);
    assertEquals(order(some.got), order(all.got));
    assertEquals(some.take(packets[lost]), false); // the late original
  }));
});

Deno.test("arbitrary packets and parities never cause an exception or an overlong frame", () => {
  const bytes = fc.uint8Array({ maxLength: 64 });
  const head = fc.tuple(fc.nat(20), fc.nat(80), bytes).map(([first, number, rest]) => {
    const out = new Uint8Array(PACKET_HEADER + rest.length);
    viewOf(out).setUint32(0, (1 << 30 | first << 16 | number) >>> 0);
    out.set(rest.map((byte, i) => i % 4 === 0 ? byte & 1 : byte), PACKET_HEADER);
    return out;
  });
  const parity = fc.tuple(fc.integer({ min: 1, max: GROUP }), fc.nat(80), bytes).map(
    ([count, number, rest]) => {
      const out = new Uint8Array(PARITY_HEADER + 1 + rest.length);
      viewOf(out).setUint32(0, (2 << 30 | count << 16 | 10) >>> 0);
      viewOf(out).setUint16(4, number);
      out.set(rest, 6);
      return out;
    },
  );
  fc.assert(fc.property(fc.array(fc.oneof(head, parity, bytes), { maxLength: 60 }), (datagrams) => {
    const joining = new Joiner({
      records: (bytes, _view, from, to) => assert(from <= to && to <= bytes.length),
      joined: (header, payload) => assertEquals(payload.length, header >>> 16 & 0x3fff),
      dropped: () => {},
    }, () => 0);
    for (const datagram of datagrams) {
      const view = viewOf(datagram);
      if (isPacket(view)) joining.take(datagram, view);
      else if (isParity(view)) joining.parity(view);
    }
  }));
});

Deno.test("parts that wait too long, or whose place is needed, are dropped as fragment-lost", () => {
  const { take, got, drops, clock } = joiner();
  const packer = new Packer();
  const [first, second] = packed([2_000], 1_200, packer);
  take(first);
  clock.now += PACKET_AGE + 1;
  take(second);
  assertEquals(got, []);
  for (let i = 0; i < KEPT; i++) take(packed([10], 1_200, packer)[0]);
  assertEquals(drops, ["fragment-lost", "fragment-lost"]);
});
