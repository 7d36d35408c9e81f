import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { TAG_END_OF_LIST, TAG_PPP_MAX_PAYLOAD } from "../../src/pppoe/constants.ts";
import { lowerMaxPayload } from "../../src/pppoe/max_payload.ts";
import { encodeTags, readTags, type Tag } from "../../src/pppoe/tags.ts";

function asked(value: number): Tag {
  return { type: TAG_PPP_MAX_PAYLOAD, value: Uint8Array.of(value >> 8, value & 0xff) };
}

Deno.test("D7: a PPP-Max-Payload above the limit is lowered to it, but not below 1492", () => {
  const lower = (value: number, limit: number): number | undefined =>
    lowerMaxPayload(encodeTags([asked(value)]), limit)?.allowed;
  assertEquals(lower(1500, 1492), 1492);
  assertEquals(lower(1500, 1500), undefined);
  assertEquals(lower(9000, 1500), 1500);
  assertEquals(lower(1500, 1400), 1492);
  assertEquals(lower(1492, 1400), undefined);
  assertEquals(lower(65_535, 8_992), 8_992);
});

Deno.test("D7: every other byte of a list stays unchanged, and nothing throws", () => {
  const tags = fc.array(
    fc.oneof(
      fc.record({
        type: fc.integer({ min: 1, max: 0xffff }),
        value: fc.uint8Array({ maxLength: 9 }),
      }, { noNullPrototype: true }),
      fc.integer({ min: 0, max: 0xffff }).map(asked),
    ),
    { maxLength: 8 },
  );
  fc.assert(fc.property(tags, fc.integer({ min: 0, max: 9_000 }), (list, limit) => {
    const bytes = encodeTags(list);
    const before = bytes.slice();
    const after = lowerMaxPayload(bytes, limit)?.tags ?? bytes;
    assertEquals(bytes, before);
    const allowed = Math.max(1492, limit);
    const expected = list.map((tag) => {
      const isAsking = tag.type === TAG_PPP_MAX_PAYLOAD && tag.value.length === 2;
      const value = tag.value[0] << 8 | tag.value[1];
      return isAsking && value > allowed ? asked(allowed) : tag;
    });
    assertEquals(readTags(after), expected);
  }));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (noise) => {
    lowerMaxPayload(noise, 1492);
  }));
});

Deno.test("D7: tags after End-Of-List are ignored", () => {
  const list = new Uint8Array([0, TAG_END_OF_LIST, 0, 0, ...encodeTags([asked(1500)])]);
  assertEquals(lowerMaxPayload(list, 1492), undefined);
});
