import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  CODE_PADI,
  CODE_PADM,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  CODE_PADT,
  codeName,
  MAX_PADI,
  TAG_END_OF_LIST,
  TAG_GENERIC_ERROR,
  TAG_HOST_UNIQ,
  TAG_RELAY_SESSION_ID,
  TAG_SERVICE_NAME,
  tagName,
} from "../../src/pppoe/constants.ts";
import { dumpDiscovery } from "../../src/pppoe/dump.ts";
import { encodeDiscovery, parseDiscovery } from "../../src/pppoe/frame.ts";
import { BROADCAST, type Mac } from "../../src/pppoe/mac.ts";
import { isControlProtocol, pppProtocol } from "../../src/pppoe/ppp.ts";
import { checkDiscovery } from "../../src/pppoe/rules.ts";
import { payloadLength, sessionFault, sessionId } from "../../src/pppoe/session_frame.ts";
import { discoveryLength, fitsDiscovery, removeTag, replaceTag } from "../../src/pppoe/tag_edit.ts";
import { encodeTags, readTags, type Tag } from "../../src/pppoe/tags.ts";

const HOST = 0x02_00_00_00_00_01;
const AC = 0x02_00_00_00_00_02;
const GROUP = 0x01_00_5e_00_00_01;
const service: Tag = { type: TAG_SERVICE_NAME, value: new Uint8Array(0) };

function frame(code: number, sid: number, tags: Uint8Array, destination: Mac = BROADCAST) {
  return encodeDiscovery({ code, destination, source: HOST, sessionId: sid, tags });
}

function check(code: number, destination: Mac, sessionId: number, source: Mac, tags = [service]) {
  const packet = { code, destination, source, sessionId, tags: encodeTags(tags) };
  return checkDiscovery(packet, tags);
}

Deno.test("a PADI of 1,484 bytes leaves room for exactly a relay's 12 bytes", () => {
  const hostUniq = { type: TAG_HOST_UNIQ, value: new Uint8Array(MAX_PADI - 6 - 4 - 4) };
  const tags = [service, hostUniq];
  assertEquals([discoveryLength(tags), fitsDiscovery(CODE_PADI, tags)], [1484, true]);
  const relayed = (n: number) => replaceTag(tags, TAG_RELAY_SESSION_ID, new Uint8Array(n));
  assertEquals(discoveryLength(relayed(12)), 1500);
  assertEquals(fitsDiscovery(CODE_PADR, relayed(12)), true);
  assertEquals(fitsDiscovery(CODE_PADR, relayed(13)), false);
  assertEquals(fitsDiscovery(CODE_PADI, relayed(0)), false);
});

Deno.test("frames of 59, 60, 1514 and 1522 bytes are read by LENGTH, not by their size", () => {
  const tags = encodeTags([service]);
  for (const size of [24, 59, 60, 1514, 1522]) {
    const padded = new Uint8Array(size).fill(0xee);
    padded.set(frame(CODE_PADI, 0, tags));
    const packet = parseDiscovery(padded);
    assert(typeof packet !== "string");
    assertEquals(packet.tags, tags);
  }
});

Deno.test("a frame is parsed in place, without copying its tags", () => {
  const around = new Uint8Array(200).fill(0xee);
  around.set(frame(CODE_PADI, 0, encodeTags([service])), 33);
  const packet = parseDiscovery(around.subarray(33, 57));
  assert(typeof packet !== "string");
  assertEquals(packet.tags.buffer, around.buffer);
  assertEquals(packet.tags.byteOffset, 33 + 20);
  assertEquals([packet.destination, packet.source], [BROADCAST, HOST]);
});

Deno.test("for every code, a group source address and the reserved session id are faults", () => {
  for (const code of [CODE_PADI, CODE_PADO, CODE_PADR, CODE_PADS, CODE_PADT, CODE_PADM, 0x42]) {
    for (const source of [BROADCAST, GROUP, 0]) {
      assertEquals(check(code, HOST, 0, source), "source-not-unicast");
    }
    assertEquals(check(code, HOST, 0xffff, AC), "session-id-reserved");
  }
});

Deno.test("all packets except PADI must be unicast", () => {
  for (const [code, sid] of [[CODE_PADO, 0], [CODE_PADR, 0], [CODE_PADS, 1], [CODE_PADT, 1]]) {
    for (const destination of [BROADCAST, GROUP]) {
      assertEquals(check(code, destination, sid, AC), "destination-not-unicast");
    }
    assertEquals(check(code, HOST, sid, AC), undefined);
  }
  assertEquals(check(CODE_PADI, GROUP, 0, HOST), "padi-not-broadcast");
});

Deno.test("PADI, PADO and PADR must have session id 0, a PADS may, a PADT must not", () => {
  assertEquals(check(CODE_PADI, BROADCAST, 1, HOST), "session-id-wrong");
  assertEquals(check(CODE_PADO, HOST, 1, AC), "session-id-wrong");
  assertEquals(check(CODE_PADR, AC, 1, HOST), "session-id-wrong");
  assertEquals(check(CODE_PADS, HOST, 0, AC), undefined);
  assertEquals(check(CODE_PADS, HOST, 0xfffe, AC), undefined);
  assertEquals(check(CODE_PADT, HOST, 0, AC), "session-id-wrong");
});

Deno.test("a PADR has one Service-Name and at most one Host-Uniq; answers may have any number", () => {
  const uniq = { type: TAG_HOST_UNIQ, value: new Uint8Array(4) };
  assertEquals(check(CODE_PADR, AC, 0, HOST, [service, uniq]), undefined);
  assertEquals(check(CODE_PADR, AC, 0, HOST, [service, service]), "service-name-count");
  assertEquals(check(CODE_PADR, AC, 0, HOST, [service, uniq, uniq]), "host-uniq-duplicate");
  for (const code of [CODE_PADO, CODE_PADS]) {
    assertEquals(check(code, HOST, 0, AC, [service, service, uniq, uniq]), undefined);
  }
});

Deno.test("codes of other documents and unknown codes pass with any session id except the reserved one", () => {
  for (const code of [CODE_PADM, 0xd4, 0x0a, 0x0b, 0x0c, 0x42]) {
    for (const sid of [0, 1, 0xfffe]) assertEquals(check(code, HOST, sid, AC, []), undefined);
  }
  assertEquals([codeName(CODE_PADM), codeName(0x42)], ["PADM", "code-0x42"]);
  assertEquals([tagName(TAG_END_OF_LIST), tagName(0x999)], ["End-Of-List", "tag-0x0999"]);
});

Deno.test("adding a tag to a packet with End-Of-List drops End-Of-List and the tags after it", () => {
  const hidden = { type: TAG_GENERIC_ERROR, value: new Uint8Array(3) };
  const region = encodeTags([service, { type: TAG_END_OF_LIST, value: new Uint8Array(0) }, hidden]);
  const read = readTags(region);
  assert(typeof read !== "string");
  const edited = encodeTags(replaceTag(read, TAG_HOST_UNIQ, Uint8Array.of(7)));
  assertEquals([...edited], [1, 1, 0, 0, 1, 3, 0, 1, 7]);
});

Deno.test("two Host-Uniq tags become one in the place of the first, or none", () => {
  const list = [1, 2].map((n) => ({ type: TAG_HOST_UNIQ, value: Uint8Array.of(n) }));
  const tags = [list[0], service, list[1]];
  const show = (edited: Tag[]) => edited.map(({ type, value }) => [type, ...value]);
  assertEquals(show(replaceTag(tags, TAG_HOST_UNIQ, Uint8Array.of(9))), [[0x103, 9], [0x101]]);
  assertEquals(show(removeTag(tags, TAG_HOST_UNIQ)), [[0x101]]);
  assertEquals(tags.length, 3);
});

Deno.test("a session frame inside a ring buffer is checked against its own length", () => {
  const ring = new Uint8Array(256).fill(0x11);
  ring.set([0x88, 0x64, 0x11, 0, 0x12, 0x34, 0, 10], 100 + 12);
  const view = new DataView(ring.buffer);
  assertEquals(sessionFault(view, 100, 30), undefined);
  assertEquals(sessionFault(view, 100, 29), "length-overrun");
  assertEquals(sessionFault(view, 100, 60), undefined);
  assertEquals([sessionId(view, 100), payloadLength(view, 100)], [0x1234, 10]);
  view.setUint16(100 + 12, 0x1234);
  assertEquals(sessionFault(view, 100, 30), undefined, "the caller checks the EtherType");
});

Deno.test("the PPP protocol is read within the payload's length only", () => {
  const ppp = Uint8Array.of(0xff, 0xff, 0xc0, 0x21, 0x57, 0x01, 0x06);
  assertEquals(pppProtocol(ppp, 2, 2), 0xc021);
  assertEquals(pppProtocol(ppp, 2, 1), 0);
  assertEquals(pppProtocol(ppp, 4, 3), 0x57);
  assertEquals(pppProtocol(ppp, 5, 2), 0);
  assertEquals(isControlProtocol(pppProtocol(ppp, 5, 2)), false);
});

Deno.test("a dump quotes text, escapes terminal controls, and limits the length of values", () => {
  const named = (text: string) => ({
    type: TAG_SERVICE_NAME,
    value: new TextEncoder().encode(text),
  });
  const line = dumpDiscovery(frame(CODE_PADI, 0, encodeTags([named('a"b\n\x1b[31m\u202e')])));
  assertStringIncludes(line, '<Service-Name "a\\"b\\n\\u001b[31m\\u202e">');
  const long = encodeTags([
    named("s".repeat(300)),
    { type: TAG_HOST_UNIQ, value: new Uint8Array(900) },
  ]);
  assertMatch(
    dumpDiscovery(frame(CODE_PADI, 0, long)),
    /<Service-Name "s{64}"… 300 bytes> <Host-Uniq (00){64}… 900 bytes>$/,
  );
});

Deno.test("a dump of a malformed frame names the fault", () => {
  const good = frame(CODE_PADS, 0x2a, encodeTags([service]), AC);
  assertEquals(dumpDiscovery(good.subarray(0, 19)), "[frame-short, 19 bytes]");
  assertEquals(dumpDiscovery(good.subarray(0, 23)), "[length-overrun, 23 bytes]");
  assertEquals(dumpDiscovery(good, 0x1234), "[ethertype-wrong, 24 bytes]");
  const head = "PADS 02:00:00:00:00:01 → 02:00:00:00:00:02 sid 0x002a";
  const broken = (...bytes: number[]) =>
    dumpDiscovery(frame(CODE_PADS, 0x2a, Uint8Array.from(bytes), AC));
  assertEquals(broken(1, 1, 0), `${head} [tag-truncated]`);
  assertEquals(broken(1, 3, 0, 9, 1), `${head} [tag-overrun]`);
});
