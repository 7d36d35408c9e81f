import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { BROADCAST } from "../../src/pppoe/mac.ts";
import { CODE_PADI, TAG_HOST_UNIQ, TAG_SERVICE_NAME } from "../../src/pppoe/constants.ts";
import { dumpDiscovery } from "../../src/pppoe/dump.ts";
import { encodeDiscovery } from "../../src/pppoe/frame.ts";
import { isControlProtocol, pppProtocol } from "../../src/pppoe/ppp.ts";
import { payloadLength, sessionFault, sessionId } from "../../src/pppoe/session_frame.ts";
import { encodeTags } from "../../src/pppoe/tags.ts";
import { decodeLineId, encodeLineId } from "../../src/pppoe/vendor_tag.ts";

function sessionFrame(head: number[], payload = 4, length = payload): DataView {
  const bytes = new Uint8Array(20 + payload);
  bytes.set([0x88, 0x64, ...head], 12);
  const view = new DataView(bytes.buffer);
  view.setUint16(18, length);
  return view;
}

function fault(view: DataView): string | undefined {
  return sessionFault(view, 0, view.byteLength);
}

Deno.test("version, type, code, id and length of a session frame are checked", () => {
  const good = sessionFrame([0x11, 0, 0x12, 0x34], 40, 8);
  assertEquals(fault(good), undefined);
  assertEquals([sessionId(good, 0), payloadLength(good, 0)], [0x1234, 8]);
  assertEquals(fault(sessionFrame([0x12, 0, 0, 1])), "version-wrong");
  assertEquals(fault(sessionFrame([0x21, 0, 0, 1])), "version-wrong");
  assertEquals(fault(sessionFrame([0x11, 9, 0, 1])), "code-wrong");
  assertEquals(fault(sessionFrame([0x11, 0, 0, 0])), "session-id-zero");
  assertEquals(fault(sessionFrame([0x11, 0, 0xff, 0xff])), "session-id-reserved");
  assertEquals(fault(sessionFrame([0x11, 0, 0, 1], 4, 5)), "length-overrun");
  assertEquals(sessionFault(good, 0, 19), "frame-short");
});

Deno.test("the PPP protocol is read from two bytes, from one if compressed, and not from a credit tag", () => {
  const protocol = (...bytes: number[]) => pppProtocol(Uint8Array.from(bytes), 0, bytes.length);
  assertEquals(protocol(0xc0, 0x21, 1), 0xc021);
  assertEquals(protocol(0x00, 0x21, 0x45), 0x0021);
  assertEquals(protocol(0x21, 0x45), 0x21);
  assertEquals(protocol(0x01, 0x06, 0, 4), 0);
  assertEquals(protocol(0xc0, 0x22), 0);
  assertEquals(protocol(0xc0), 0);
  assertEquals(protocol(), 0);
});

Deno.test("link, authentication and network control protocols are control protocols; IPv4 and IPv6 are not", () => {
  for (const control of [0xc021, 0xc023, 0xc223, 0xc025, 0x8021, 0x8057]) {
    assertEquals(isControlProtocol(control), true);
  }
  for (const data of [0, 0x21, 0x57, 0x2d]) assertEquals(isControlProtocol(data), false);
});

Deno.test("a dump is one readable line", () => {
  const frame = encodeDiscovery({
    destination: BROADCAST,
    source: 0x02_00_00_00_00_01,
    code: CODE_PADI,
    sessionId: 0,
    tags: encodeTags([
      { type: TAG_SERVICE_NAME, value: new Uint8Array(0) },
      { type: TAG_HOST_UNIQ, value: Uint8Array.of(0x4e, 0x2f) },
    ]),
  });
  assertEquals(
    dumpDiscovery(frame),
    'PADI 02:00:00:00:00:01 → ff:ff:ff:ff:ff:ff sid 0x0000 <Service-Name ""> <Host-Uniq 4e2f>',
  );
});

Deno.test("a dump of any bytes is one printable line of bounded length", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 1500 }), fc.boolean(), (bytes, shape) => {
    if (shape && bytes.length >= 20) {
      bytes.set([0x88, 0x63, 0x11, 9, 0, 0, 0, bytes.length - 20 & 0xff], 12);
    }
    const line = dumpDiscovery(bytes);
    // deno-lint-ignore no-control-regex
    assert(!/[\x00-\x1f\x7f-\x9f]/.test(line), line);
    assert(line.length < 12_000);
  }));
});

Deno.test("a line id survives encoding; tags of other vendors and malformed ones are not line ids", () => {
  const line = { circuitId: "node eth 1/2:3", remoteId: "branch-1" };
  assertEquals(decodeLineId(encodeLineId(line)), line);
  assertEquals([...encodeLineId({ circuitId: "a" }).value], [0, 0, 0x0d, 0xe9, 1, 1, 97]);
  assertEquals(decodeLineId({ type: 0x0105, value: Uint8Array.of(0, 0, 0, 1) }), undefined);
  assertEquals(decodeLineId({ type: 0x0105, value: Uint8Array.of(0, 0, 13, 233, 1) }), undefined);
  assertEquals(
    decodeLineId({ type: 0x0105, value: Uint8Array.of(0, 0, 13, 233, 1, 9) }),
    undefined,
  );
});
