import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { OFFLOAD_HEADER, OffloadUndo } from "../../../ffi/link/receive_offload.ts";
import { checksumAt, type Flow, flowFrame, joinFrames, offsets, pseudoSum } from "../tcp_frames.ts";

const FIN_PSH_ACK = 0x19;
const ACK = 0x10;
const CWR_ACK = 0x90;

const flows = fc.record({
  ip: fc.constantFrom<4 | 6>(4, 6),
  protocol: fc.constantFrom<"tcp" | "udp">("tcp", "udp"),
  options: fc.constantFrom(0, 12, 40),
  sequence: fc.integer({ min: 0, max: 0xffff_ffff }),
  id: fc.integer({ min: 0, max: 0xffff }),
});

/** The segments of a message as on the wire. */
function segments(flow: Flow, message: Uint8Array, size: number): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let sent = 0; sent < message.length; sent += size) {
    const isLast = sent + size >= message.length;
    const flags = isLast ? FIN_PSH_ACK : frames.length === 0 ? CWR_ACK : ACK;
    const body = message.subarray(sent, sent + size);
    frames.push(flowFrame(flow, body, { sent, number: frames.length, flags }));
  }
  return frames;
}

/** A packet as received with PACKET_VNET_HDR. */
function withHeader(
  frame: Uint8Array,
  { flags, type, size, start, field }: Record<string, number>,
): { bytes: Uint8Array; view: DataView } {
  const bytes = new Uint8Array(OFFLOAD_HEADER + frame.length);
  const view = new DataView(bytes.buffer);
  bytes.set([flags, type]);
  view.setUint16(4, size, true);
  view.setUint16(6, start, true);
  view.setUint16(8, field, true);
  bytes.set(frame, OFFLOAD_HEADER);
  return { bytes, view };
}

function restore(packet: { bytes: Uint8Array; view: DataView }): Uint8Array[] {
  const out: Uint8Array[] = [];
  const length = packet.bytes.length - OFFLOAD_HEADER;
  new OffloadUndo().restore(
    packet.bytes,
    packet.view,
    0,
    OFFLOAD_HEADER,
    length,
    (bytes, _view, offset, size) => void out.push(bytes.slice(offset, offset + size)),
  );
  return out;
}

function typeOf({ ip, protocol }: Flow): number {
  return protocol === "udp" ? 5 : ip === 4 ? 1 : 4;
}

Deno.test("G1: a merged frame is split into its original segments, byte for byte", () => {
  fc.assert(fc.property(
    flows,
    fc.integer({ min: 1, max: 1440 }),
    fc.uint8Array({ minLength: 2, maxLength: 20_000 }),
    (flow, size, message) => {
      fc.pre(message.length > size && message.length < size * 60);
      const frames = segments(flow, message, size);
      const { transport } = offsets(flow);
      const packet = withHeader(joinFrames(frames, flow), {
        flags: 1,
        type: typeOf(flow),
        size,
        start: transport,
        field: checksumAt(flow) - transport,
      });
      assertEquals(restore(packet), frames);
    },
  ));
});

Deno.test("G1: a merged frame that claims more segments than a card or the kernel merges is dropped", () => {
  const flow: Flow = { ip: 4, protocol: "tcp", options: 0, sequence: 1, id: 1 };
  const { transport, data } = offsets(flow);
  const count = (bytes: number, size: number): number => {
    const frame = flowFrame(flow, new Uint8Array(bytes), { sent: 0, number: 0, flags: ACK });
    assertEquals(frame.length, data + bytes);
    return restore(withHeader(frame, { flags: 1, type: 1, size, start: transport, field: 16 }))
      .length;
  };
  assertEquals([count(1024, 1), count(60_000, 60)], [1024, 1000]);
  assertEquals([count(1025, 1), count(60_000, 1)], [0, 0]);
});

Deno.test("G1: a checksum that was left to the card is completed", () => {
  fc.assert(fc.property(flows, fc.uint8Array({ minLength: 1, maxLength: 1400 }), (flow, body) => {
    const frame = flowFrame(flow, body, { sent: 0, number: 0, flags: ACK });
    const partial = frame.slice();
    const sum = pseudoSum(frame, flow, false);
    const folded = (sum & 0xffff) + (sum >> 16);
    new DataView(partial.buffer).setUint16(checksumAt(flow), (folded & 0xffff) + (folded >> 16));
    const { transport } = offsets(flow);
    const field = checksumAt(flow) - transport;
    const packet = withHeader(partial, { flags: 1, type: 0, size: 0, start: transport, field });
    assertEquals(restore(packet), [frame]);
  }));
});

Deno.test("G1: for any header and frame nothing throws and no frame gets longer", () => {
  fc.assert(fc.property(
    fc.uint8Array({ minLength: OFFLOAD_HEADER, maxLength: OFFLOAD_HEADER }),
    fc.uint8Array({ maxLength: 3000 }),
    flows,
    fc.boolean(),
    (header, noise, flow, isFlow) => {
      const frame = isFlow && noise.length > 0
        ? flowFrame(flow, noise, { sent: 0, number: 0, flags: ACK })
        : noise;
      const bytes = new Uint8Array([...header, ...frame]);
      const frames = restore({ bytes, view: new DataView(bytes.buffer) });
      for (const restored of frames) assertEquals(restored.length <= frame.length, true);
    },
  ));
});
