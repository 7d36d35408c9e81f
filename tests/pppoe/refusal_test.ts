import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import {
  CODE_PADI,
  CODE_PADO,
  CODE_PADR,
  CODE_PADS,
  CODE_PADT,
  TAG_AC_SYSTEM_ERROR,
  TAG_GENERIC_ERROR,
  TAG_HOST_UNIQ,
  TAG_RELAY_SESSION_ID,
  TAG_SERVICE_NAME,
  TAG_SERVICE_NAME_ERROR,
} from "../../src/pppoe/constants.ts";
import { padoError, padsError, padt } from "../../src/pppoe/discovery.ts";
import {
  acSystemError,
  errorText,
  genericError,
  isErrorTag,
  serviceNameError,
} from "../../src/pppoe/error_tags.ts";
import { type DiscoveryPacket, parseDiscovery } from "../../src/pppoe/frame.ts";
import { checkDiscovery } from "../../src/pppoe/rules.ts";
import { fitsDiscovery } from "../../src/pppoe/tag_edit.ts";
import { countTags, encodeTags, findTag, readTags, type Tag } from "../../src/pppoe/tags.ts";

const HOST = 0x02_00_00_00_00_01;
const AC = 0x02_00_00_00_00_02;

function request(code: number, tags: readonly Tag[]): DiscoveryPacket {
  return { code, destination: AC, source: HOST, sessionId: 0, tags: encodeTags(tags) };
}

function tagsOf(frame: Uint8Array): Tag[] {
  const packet = parseDiscovery(frame);
  assert(typeof packet !== "string", String(packet));
  const tags = readTags(packet.tags);
  assert(typeof tags !== "string", String(tags));
  return tags;
}

function tag(type: number, length: number): Tag {
  return { type, value: new Uint8Array(length).fill(0x61) };
}

Deno.test("a PADS with each error tag follows the rules and contains its text", () => {
  const errors: [Tag, number][] = [
    [serviceNameError("no such service"), TAG_SERVICE_NAME_ERROR],
    [acSystemError("no such service"), TAG_AC_SYSTEM_ERROR],
    [genericError("no such service"), TAG_GENERIC_ERROR],
  ];
  for (const [error, type] of errors) {
    const tags = [tag(TAG_SERVICE_NAME, 0)];
    const packet = parseDiscovery(padsError(request(CODE_PADR, tags), tags, error));
    assert(typeof packet !== "string");
    const answered = readTags(packet.tags);
    assert(typeof answered !== "string");
    assertEquals([packet.code, packet.sessionId], [CODE_PADS, 0]);
    assertEquals(checkDiscovery(packet, answered), undefined);
    assertEquals(answered.filter(isErrorTag).map((found) => found.type), [type]);
    assertEquals(answered.filter(isErrorTag).map(errorText), ["no such service"]);
  }
});

Deno.test("a refusal fits into an Ethernet payload, however full the request", () => {
  const full = fc.record({
    code: fc.constantFrom(CODE_PADI, CODE_PADR),
    service: fc.nat(40),
    uniq: fc.integer({ min: 1380, max: 1486 }),
    relay: fc.constantFrom(undefined, 10, 12, 22),
    text: fc.string({ unit: "grapheme", maxLength: 300 }),
  });
  fc.assert(fc.property(full, ({ code, service, uniq, relay, text }) => {
    const tags = [tag(TAG_SERVICE_NAME, service), tag(TAG_HOST_UNIQ, uniq)];
    if (relay !== undefined) tags.push(tag(TAG_RELAY_SESSION_ID, relay));
    fc.pre(fitsDiscovery(code, tags));
    const make = code === CODE_PADI ? padoError : padsError;
    const frame = make(request(code, tags), tags, genericError(text));
    assertLessOrEqual(frame.length, 1514);
    const answered = tagsOf(frame);
    assertEquals(findTag(answered, TAG_HOST_UNIQ), tags[1].value);
    assertEquals(countTags(answered, TAG_RELAY_SESSION_ID), relay === undefined ? 0 : 1);
    const cut = findTag(answered, TAG_GENERIC_ERROR);
    assert(cut !== undefined);
    assert(text.startsWith(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(cut)));
  }));
});

Deno.test("a refusal's text is cut before the Service-Name is dropped, and only as far as needed", () => {
  const answered = (uniq: number) => {
    const tags = [tag(TAG_SERVICE_NAME, 0), tag(TAG_HOST_UNIQ, uniq)];
    return tagsOf(padsError(request(CODE_PADR, tags), tags, genericError("refused")));
  };
  const shown = (uniq: number) => {
    const tags = answered(uniq);
    return [tags.filter(isErrorTag).map(errorText)[0], countTags(tags, TAG_SERVICE_NAME)];
  };
  assertEquals(shown(1475), ["refused", 1]);
  assertEquals(shown(1476), ["refuse", 1]);
  assertEquals(shown(1482), ["", 1]);
  assertEquals(shown(1483), ["ref", 0]);
  assertEquals(shown(1486), ["", 0]);
});

Deno.test("the proxy's own packets use the configured EtherType", () => {
  const tags = [tag(TAG_SERVICE_NAME, 0)];
  const error = genericError("no");
  const frames: [number, Uint8Array][] = [
    [CODE_PADS, padsError(request(CODE_PADR, tags), tags, error, 0x1234)],
    [CODE_PADO, padoError(request(CODE_PADI, tags), tags, error, 0x1234)],
    [CODE_PADT, padt(AC, HOST, 7, [], 0x1234)],
  ];
  for (const [code, frame] of frames) {
    assertEquals(parseDiscovery(frame), "ethertype-wrong");
    const packet = parseDiscovery(frame, 0x1234);
    assert(typeof packet !== "string");
    assertEquals(packet.code, code);
  }
  assertEquals(typeof parseDiscovery(padt(AC, HOST, 7)), "object");
});
