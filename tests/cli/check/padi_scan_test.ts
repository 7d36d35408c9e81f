import { assertEquals, assertRejects } from "@std/assert";
import { memoryLinkPair } from "../../../ffi/link/loopback.ts";
import { type PadiScanOptions, scanForAcs } from "../../../src/cli/check/padi_scan.ts";
import {
  CODE_PADO,
  ETHERTYPE_DISCOVERY,
  TAG_AC_NAME,
  TAG_HOST_UNIQ,
  TAG_SERVICE_NAME,
} from "../../../src/pppoe/constants.ts";
import { encodeDiscovery, parseDiscovery } from "../../../src/pppoe/frame.ts";
import { encodeTags, findTag, readTags, type Tag } from "../../../src/pppoe/tags.ts";

const US = Uint8Array.of(2, 0, 0, 0, 0, 1);
const AC = 0x02_00_00_00_00_02;
const HOST_UNIQ = Uint8Array.of(1, 2, 3, 4);

const options: PadiScanOptions = {
  service: "gold",
  hostUniq: HOST_UNIQ,
  etherType: ETHERTYPE_DISCOVERY,
  timeout: 60_000,
  first: true,
  now: () => 0,
};

const name = (text: string): Tag => ({ type: TAG_AC_NAME, value: new TextEncoder().encode(text) });

/** The offers found when `answers` makes the PADOs for a PADI, all sent in one batch. */
async function sought(
  answers: (asked: readonly Tag[], source: number) => { to?: number; from?: number; tags: Tag[] }[],
) {
  const [link, wire] = memoryLinkPair([US, Uint8Array.of(2, 0, 0, 0, 0, 2)]);
  const done = wire.run({
    frame(bytes) {
      const packet = parseDiscovery(bytes);
      if (typeof packet === "string") throw new Error(packet);
      const asked = readTags(packet.tags);
      if (typeof asked === "string") throw new Error(asked);
      for (const { to, from, tags } of answers(asked, packet.source)) {
        wire.send(encodeDiscovery({
          destination: to ?? packet.source,
          source: from ?? AC,
          code: CODE_PADO,
          sessionId: 0,
          tags: encodeTags(tags),
        }));
      }
    },
    batchEnd() {},
    state() {},
  });
  const offers = await scanForAcs(link, options);
  wire.close();
  await done;
  return offers;
}

Deno.test("a PADI requests the service with our Host-Uniq, and each AC is one offer", async () => {
  let request: readonly Tag[] = [];
  const offers = await sought((asked) => {
    request = asked;
    return [
      { tags: [name("one"), ...asked] },
      { tags: [name("one"), ...asked] },
      { from: AC + 1, tags: [name("two"), ...asked] },
    ];
  });
  assertEquals(request, [
    { type: TAG_SERVICE_NAME, value: new TextEncoder().encode("gold") },
    { type: TAG_HOST_UNIQ, value: HOST_UNIQ },
  ]);
  assertEquals(offers.map(({ mac }) => mac), [AC, AC + 1]);
  assertEquals(offers.map(({ tags }) => findTag(tags, TAG_AC_NAME)), [
    name("one").value,
    name("two").value,
  ]);
});

Deno.test("answers to other hosts are ignored, and one without Host-Uniq is flagged", async () => {
  const offers = await sought((_asked, us) => [
    { tags: [name("strange"), { type: TAG_HOST_UNIQ, value: Uint8Array.of(9) }] },
    { to: us + 1, tags: [name("to another")] },
    { from: AC + 1, tags: [name("forgetful")] },
  ]);
  assertEquals(offers.map(({ mac, hostUniqReturned }) => [mac, hostUniqReturned]), [
    [AC + 1, false],
  ]);
});

Deno.test("a PADI longer than RFC 2516 allows is refused, and the link is closed", async () => {
  const [link] = memoryLinkPair([US, US]);
  await assertRejects(
    () => scanForAcs(link, { ...options, hostUniq: new Uint8Array(1475) }),
    RangeError,
    "Cannot send a PADI of",
  );
});

Deno.test("A1: two ACs that share an address are two offers, and repeated answers are one", async () => {
  const offers = await sought((asked) =>
    ["isp-a", "isp-b", "isp-a"].map((text) => ({ tags: [...asked, name(text)] }))
  );
  const names = offers.map(({ mac, tags }) => [
    mac,
    new TextDecoder().decode(findTag(tags, TAG_AC_NAME)),
  ]);
  assertEquals(names, [[AC, "isp-a"], [AC, "isp-b"]]);
});
