import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CODE_PADI, CODE_PADO, TAG_HOST_UNIQ } from "../../src/pppoe/constants.ts";
import { discoveryLength, fitsDiscovery, removeTag, replaceTag } from "../../src/pppoe/tag_edit.ts";
import { countTags, encodeTags, findTag, readTags, type Tag } from "../../src/pppoe/tags.ts";

const tag = fc.record({
  type: fc.oneof(fc.integer({ min: 1, max: 0xffff }), fc.constantFrom(0x0101, 0x0103, 0x0104)),
  value: fc.uint8Array({ maxLength: 40 }),
}, { noNullPrototype: true });
const tags = fc.array(tag, { maxLength: 12 });

function show(list: readonly Tag[]): string[] {
  return list.map(({ type, value }) => `${type}:${value.join(",")}`);
}

Deno.test("tags survive encoding, in order, byte for byte", () => {
  fc.assert(fc.property(tags, (list) => {
    const read = readTags(encodeTags(list));
    assert(typeof read !== "string");
    assertEquals(show(read), show(list));
  }));
});

Deno.test("arbitrary bytes are tags or a fault, never an exception, never beyond the region", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    const read = readTags(bytes);
    if (typeof read !== "string") assert(encodeTags(read).length <= bytes.length);
  }));
});

for (const left of [1, 2, 3]) {
  Deno.test(`a tag header truncated to ${left} bytes is a fault`, () => {
    assertEquals(
      readTags(new Uint8Array([1, 1, 0, 0, 1, 3, 0].slice(0, 4 + left))),
      "tag-truncated",
    );
  });
}

Deno.test("a tag that extends beyond the packet is a fault, even by one byte", () => {
  assertEquals(readTags(Uint8Array.of(1, 3, 0, 3, 1, 2)), "tag-overrun");
  assertEquals(readTags(Uint8Array.of(1, 3, 0xff, 0xff)), "tag-overrun");
});

Deno.test("End-Of-List ends the list, and bytes after it are ignored", () => {
  const read = readTags(Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 0, 1, 3, 0xff, 0xff));
  assert(typeof read !== "string");
  assertEquals(show(read), ["257:"]);
});

for (const length of [0, 1, 4, 12, 16, 18, 19, 255, 256, 1454, 1455, 1456]) {
  Deno.test(`a Host-Uniq of ${length} bytes is read and written unchanged`, () => {
    const value = new Uint8Array(length).map((_, i) => i * 31);
    const read = readTags(encodeTags([{ type: TAG_HOST_UNIQ, value }]));
    assert(typeof read !== "string");
    assertEquals(findTag(read, TAG_HOST_UNIQ), value);
  });
}

Deno.test("an edit changes only its own tag and keeps the order of the others", () => {
  fc.assert(fc.property(tags, fc.uint8Array({ maxLength: 20 }), (list, value) => {
    const others = show(list.filter(({ type }) => type !== TAG_HOST_UNIQ));
    const replaced = replaceTag(list, TAG_HOST_UNIQ, value);
    assertEquals(show(replaced.filter(({ type }) => type !== TAG_HOST_UNIQ)), others);
    assertEquals(countTags(replaced, TAG_HOST_UNIQ), 1);
    assertEquals(findTag(replaced, TAG_HOST_UNIQ), value);
    assertEquals(show(removeTag(list, TAG_HOST_UNIQ)), others);
  }));
});

Deno.test("a tag is replaced in its place, or appended if missing", () => {
  const list = [0x0101, TAG_HOST_UNIQ, 0x0104].map((type) => ({ type, value: new Uint8Array(0) }));
  const types = (edited: Tag[]) => edited.map(({ type }) => type);
  assertEquals(types(replaceTag(list, TAG_HOST_UNIQ, new Uint8Array(3))), types(list));
  assertEquals(types(replaceTag(list, 0x0110, new Uint8Array(3))), [...types(list), 0x0110]);
});

Deno.test("a PADI may have 1,484 bytes and other packets 1,500, including the PPPoE header", () => {
  const filled = (length: number) => [{ type: 1, value: new Uint8Array(length - 6 - 4) }];
  assertEquals(discoveryLength(filled(1484)), 1484);
  assertEquals(fitsDiscovery(CODE_PADI, filled(1484)), true);
  assertEquals(fitsDiscovery(CODE_PADI, filled(1485)), false);
  assertEquals(fitsDiscovery(CODE_PADO, filled(1500)), true);
  assertEquals(fitsDiscovery(CODE_PADO, filled(1501)), false);
});
