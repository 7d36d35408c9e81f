import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { padoError, padsError, padt } from "../../src/pppoe/discovery.ts";
import { dumpDiscovery } from "../../src/pppoe/dump.ts";
import { errorText, genericError, isErrorTag } from "../../src/pppoe/error_tags.ts";
import { encodeDiscovery, parseDiscovery } from "../../src/pppoe/frame.ts";
import { formatMac, readMac, writeMac } from "../../src/pppoe/mac.ts";
import { isControlProtocol, pppProtocol } from "../../src/pppoe/ppp.ts";
import { checkDiscovery } from "../../src/pppoe/rules.ts";
import { sessionFault } from "../../src/pppoe/session_frame.ts";
import { fitsDiscovery, removeTag, replaceTag } from "../../src/pppoe/tag_edit.ts";
import { encodeTags, readTags } from "../../src/pppoe/tags.ts";
import { decodeLineId, encodeLineId } from "../../src/pppoe/vendor_tag.ts";

/** Bytes that pass the first checks: mostly real tag types with lengths that nearly fit. */
const nearlyTags = fc.array(
  fc.tuple(
    fc.constantFrom(0, 0x101, 0x102, 0x103, 0x104, 0x105, 0x106, 0x110, 0x201, 0x203, 0x999),
    fc.uint8Array({ maxLength: 24 }),
    fc.constantFrom(0, 0, 0, 0, 1, -1, 300),
  ),
  { maxLength: 8 },
).map((list) =>
  Uint8Array.from(list.flatMap(([type, value, lie]) => {
    const length = Math.max(0, value.length + lie);
    return [type >> 8, type & 0xff, length >> 8, length & 0xff, ...value];
  }))
);

const hostileFrame = fc.tuple(
  fc.constantFrom(0x09, 0x07, 0x19, 0x65, 0xa7, 0xd3, 0x42),
  fc.nat(0xffff),
  nearlyTags,
  fc.array(fc.tuple(fc.nat(40), fc.nat(255)), { maxLength: 2 }),
).map(([code, sessionId, tags, flips]) => {
  const bytes = encodeDiscovery({ code, sessionId, destination: 2, source: 3, tags });
  for (const [at, value] of flips) bytes[at % bytes.length] = value;
  return bytes;
});

Deno.test("no discovery function throws, for any frame", () => {
  let packets = 0;
  let lists = 0;
  fc.assert(
    fc.property(hostileFrame, (bytes) => {
      dumpDiscovery(bytes);
      const packet = parseDiscovery(bytes);
      if (typeof packet === "string") return;
      packets++;
      const tags = readTags(packet.tags);
      if (typeof tags === "string") return;
      lists++;
      checkDiscovery(packet, tags);
      fitsDiscovery(packet.code, replaceTag(removeTag(tags, 0x103), 0x110, packet.tags));
      tags.filter(isErrorTag).forEach(errorText);
      tags.forEach(decodeLineId);
      const { destination, source, sessionId } = packet;
      for (const make of [padsError, padoError]) make(packet, tags, genericError("no"));
      padt(destination, source, sessionId, tags);
    }),
    { numRuns: 1000 },
  );
  assert(packets > 100 && lists > 100, "the frames are too broken to test anything");
});

Deno.test("a parsed packet is encoded unchanged, up to End-Of-List", () => {
  fc.assert(fc.property(hostileFrame, (bytes) => {
    const packet = parseDiscovery(bytes);
    if (typeof packet === "string") return;
    const length = 20 + packet.tags.length;
    assertEquals(encodeDiscovery(packet), bytes.slice(0, length));
    const tags = readTags(packet.tags);
    if (typeof tags === "string") return;
    const again = encodeTags(tags);
    assertEquals(again, packet.tags.slice(0, again.length));
  }));
});

Deno.test("a valid session frame contains its whole payload", () => {
  const bounds = fc.tuple(fc.uint8Array({ maxLength: 80 }), fc.nat(8), fc.nat(40), fc.boolean());
  fc.assert(fc.property(bounds, ([bytes, at, stated, shape]) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const length = Math.max(0, bytes.length - at);
    if (shape && length >= 20) {
      view.setUint32(at + 14, 0x1100_1234);
      view.setUint16(at + 18, stated);
    }
    const fault = sessionFault(view, at, length);
    if (shape && length >= 20) assertEquals(fault === undefined, 20 + stated <= length);
    if (fault !== undefined) return;
    const payload = view.getUint16(at + 18);
    assert(20 + payload <= length);
    isControlProtocol(pppProtocol(bytes, at + 20, payload));
  }));
});

Deno.test("a PPP protocol is odd with an even high byte, or 0", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 6 }), (bytes) => {
    const protocol = pppProtocol(bytes, 0, bytes.length);
    if (protocol !== 0) assertEquals([protocol & 1, protocol >> 8 & 1], [1, 0]);
  }));
});

Deno.test("an address is written as it was read, without touching other bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (bytes) => {
    const out = new Uint8Array(8).fill(0xaa);
    writeMac(out, 1, readMac(bytes, 0));
    assertEquals([...out], [0xaa, ...bytes, 0xaa]);
    assertEquals(
      formatMac(readMac(bytes, 0)),
      [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(":"),
    );
  }));
});

Deno.test("decoding a vendor tag with any content does not throw", () => {
  const value = fc.uint8Array({ maxLength: 90 }).map((rest) =>
    Uint8Array.from([0, 0, 0x0d, 0xe9, ...rest])
  );
  fc.assert(fc.property(value, fc.nat(94), (bytes, end) => {
    decodeLineId({ type: 0x0105, value: bytes.subarray(0, end) });
  }));
  // Other parts between the ids, such as rates, are skipped.
  const rates = Uint8Array.of(0, 0, 0x0d, 0xe9, 0x81, 4, 0, 0, 1, 0, 1, 1, 0x78, 0xfe, 0);
  assertEquals(decodeLineId({ type: 0x0105, value: rates }), { circuitId: "x" });
  const longest = { circuitId: "c".repeat(63), remoteId: "r".repeat(63) };
  assertEquals(decodeLineId(encodeLineId(longest)), longest);
});
