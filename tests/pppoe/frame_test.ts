import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  CODE_PADT,
  TAG_GENERIC_ERROR,
  TAG_HOST_UNIQ,
  TAG_RELAY_SESSION_ID,
  TAG_SERVICE_NAME,
} from "../../src/pppoe/constants.ts";
import { padoError, padsError, padt } from "../../src/pppoe/discovery.ts";
import { errorText, genericError, serviceNameError } from "../../src/pppoe/error_tags.ts";
import { encodeDiscovery, parseDiscovery } from "../../src/pppoe/frame.ts";
import { BROADCAST, formatMac, isGroupAddress, parseMac, readMac } from "../../src/pppoe/mac.ts";
import { checkDiscovery } from "../../src/pppoe/rules.ts";
import { countTags, encodeTags, findTag, readTags, type Tag } from "../../src/pppoe/tags.ts";

const HOST = 0x02_00_00_00_00_01;
const AC = 0x02_00_00_00_00_02;
const service: Tag = { type: TAG_SERVICE_NAME, value: new Uint8Array(0) };
const uniq: Tag = { type: TAG_HOST_UNIQ, value: Uint8Array.of(1) };

function packet(code: number, destination: number, sessionId = 0, source = HOST) {
  return { code, destination, source, sessionId, tags: encodeTags([service]) };
}

Deno.test("a packet survives encoding; padding beyond LENGTH is removed", () => {
  fc.assert(fc.property(
    fc.nat(0xff),
    fc.nat(0xffff),
    fc.uint8Array({ maxLength: 300 }),
    fc.nat(40),
    (code, sessionId, tags, padding) => {
      const sent = { code, sessionId, destination: AC, source: HOST, tags };
      const frame = encodeDiscovery(sent);
      const padded = new Uint8Array(frame.length + padding);
      padded.set(frame);
      assertEquals(parseDiscovery(padded), sent);
    },
  ));
});

Deno.test("arbitrary frames are packets or faults, never an exception", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
    parseDiscovery(bytes);
    bytes.set(
      [0x88, 0x63, 0x11].slice(0, Math.max(0, bytes.length - 12)),
      Math.min(12, bytes.length),
    );
    const parsed = parseDiscovery(bytes);
    if (typeof parsed !== "string") assert(parsed.tags.length <= bytes.length - 20);
  }));
});

Deno.test("each fault of a discovery frame has its own name", () => {
  const good = encodeDiscovery(packet(CODE_PADI, BROADCAST));
  const changed = (at: number, value: number) => {
    const frame = good.slice();
    frame[at] = value;
    return parseDiscovery(frame);
  };
  assertEquals(parseDiscovery(good.subarray(0, 19)), "frame-short");
  assertEquals(changed(13, 0x64), "ethertype-wrong");
  assertEquals(changed(14, 0x12), "version-wrong");
  assertEquals(changed(14, 0x21), "version-wrong");
  assertEquals(changed(19, 5), "length-overrun");
  assertEquals(typeof parseDiscovery(encodeDiscovery(packet(9, 1), 0x1234), 0x1234), "object");
});

Deno.test("requests must follow the rules of their codes; answers and unknown codes are checked leniently", () => {
  const check = (code: number, to: number, id: number, tags: Tag[], source = HOST) =>
    checkDiscovery(packet(code, to, id, source), tags);
  assertEquals(check(CODE_PADI, BROADCAST, 0, [service, uniq]), undefined);
  assertEquals(check(CODE_PADI, AC, 0, [service]), "padi-not-broadcast");
  assertEquals(check(CODE_PADI, BROADCAST, 1, [service]), "session-id-wrong");
  assertEquals(check(CODE_PADI, BROADCAST, 0, []), "service-name-count");
  assertEquals(check(CODE_PADI, BROADCAST, 0, [service, service]), "service-name-count");
  assertEquals(check(CODE_PADI, BROADCAST, 0, [service, uniq, uniq]), "host-uniq-duplicate");
  assertEquals(check(CODE_PADR, BROADCAST, 0, [service]), "destination-not-unicast");
  assertEquals(check(CODE_PADR, AC, 0, []), "service-name-count");
  assertEquals(check(CODE_PADO, HOST, 0, [], BROADCAST), "source-not-unicast");
  assertEquals(check(CODE_PADO, HOST, 0, [], 0), "source-not-unicast");
  assertEquals(check(CODE_PADO, HOST, 0, [], AC), undefined);
  assertEquals(check(CODE_PADS, HOST, 0, [], AC), undefined);
  assertEquals(check(CODE_PADS, HOST, 0xffff, [], AC), "session-id-reserved");
  assertEquals(check(CODE_PADT, HOST, 0, [], AC), "session-id-wrong");
  assertEquals(check(CODE_PADT, HOST, 7, [], AC), undefined);
  assertEquals(check(0x42, HOST, 7, [], AC), undefined);
});

Deno.test("a refusal echoes the required tags, with session id 0 and the error", () => {
  const relay = { type: TAG_RELAY_SESSION_ID, value: new Uint8Array(12).fill(5) };
  const other = { type: 0x0999, value: new Uint8Array(2) };
  for (const make of [padsError, padoError]) {
    const frame = make(packet(CODE_PADR, AC), [service, uniq, other, relay], genericError("no"));
    const answer = parseDiscovery(frame);
    assert(typeof answer !== "string");
    assertEquals([answer.destination, answer.source, answer.sessionId], [HOST, AC, 0]);
    const tags = readTags(answer.tags);
    assert(typeof tags !== "string");
    assertEquals(findTag(tags, TAG_HOST_UNIQ), uniq.value);
    assertEquals(findTag(tags, TAG_RELAY_SESSION_ID), relay.value);
    assertEquals(countTags(tags, TAG_GENERIC_ERROR), 1);
    assertEquals(countTags(tags, 0x0999), 0);
  }
});

Deno.test("a PADT carries the session id and nothing else", () => {
  assertEquals(parseDiscovery(padt(AC, HOST, 0x1234)), {
    destination: AC,
    source: HOST,
    code: CODE_PADT,
    sessionId: 0x1234,
    tags: new Uint8Array(0),
  });
});

Deno.test("a zero first byte in an error tag means no text", () => {
  assertEquals(errorText(serviceNameError("gone")), "gone");
  assertEquals(errorText({ type: TAG_GENERIC_ERROR, value: Uint8Array.of(0, 65) }), "");
  assertEquals(errorText({ type: TAG_GENERIC_ERROR, value: new Uint8Array(0) }), "");
});

Deno.test("addresses survive reading, formatting and parsing", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (bytes) => {
    const mac = readMac(bytes, 0);
    assertEquals(parseMac(formatMac(mac)), mac);
    assertEquals(isGroupAddress(mac), (bytes[0] & 1) === 1);
  }));
  assertEquals(formatMac(HOST), "02:00:00:00:00:01");
  for (const text of ["", "02:00", "02-00-00-00-00-01", "02:00:00:00:00:0g"]) {
    assertEquals(parseMac(text), undefined);
  }
});
