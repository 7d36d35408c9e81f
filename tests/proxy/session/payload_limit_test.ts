import { assertEquals } from "@std/assert";
import { memoryLinkPair } from "../../../ffi/link/loopback.ts";
import { CODE_PADI, CODE_PADM, TAG_PPP_MAX_PAYLOAD } from "../../../src/pppoe/constants.ts";
import { BROADCAST } from "../../../src/pppoe/mac.ts";
import { encodeTags, findTag, type Tag } from "../../../src/pppoe/tags.ts";
import { limitPayload } from "../../../src/proxy/session/payload_limit.ts";
import { dial, service, uniq, within } from "../dial.ts";
import { CUSTOMER } from "../path.ts";

const BABY_JUMBO: Tag = { type: TAG_PPP_MAX_PAYLOAD, value: Uint8Array.of(0x05, 0xdc) };

Deno.test("D7: over interfaces of 1,500 bytes AC and customer agree on 1492", () =>
  within({}, async (path) => {
    const { padi, padr, pado, pads } = await dial(path, { tags: [service, uniq(1), BABY_JUMBO] });
    for (const { list } of [padi, padr, pado, pads]) { // this AC echoes tags that it does not know
      assertEquals([...findTag(list, TAG_PPP_MAX_PAYLOAD) ?? []], [0x05, 0xd4]);
    }
  }));

Deno.test("D7: a larger MTU allows a larger payload, up to that of a tunnel record", () => {
  const told: number[][] = [];
  for (const [mtu, asked] of [[1508, 1500], [1508, 1508], [9000, 9000], [65_535, 65_000]]) {
    const [link] = memoryLinkPair([new Uint8Array(6), new Uint8Array(6)], mtu);
    const value = Uint8Array.of(asked >> 8, asked & 0xff);
    const tags = encodeTags([{ type: TAG_PPP_MAX_PAYLOAD, value }]);
    const packet = {
      destination: BROADCAST,
      source: CUSTOMER,
      code: CODE_PADI,
      sessionId: 0,
      tags,
    };
    limitPayload(packet, link, (...facts) => void told.push(facts));
    const other = { ...packet, code: CODE_PADM, tags };
    limitPayload(other, link, () => {
      throw new Error("A PADM negotiates nothing");
    });
  }
  assertEquals(told, [[1508, 1500], [9000, 8992], [65_000, 16_381]]);
});
