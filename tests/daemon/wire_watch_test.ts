import { assertEquals, assertMatch } from "@std/assert";
import { newStatistics } from "../../ffi/link/link.ts";
import { taggedOnly, WireWatch } from "../../src/daemon/wire_watch.ts";

/** A client's interface "lan0" that is up, and a watch of it. */
function lan(up = true, carrier = true) {
  const statistics = newStatistics();
  const watch = new WireWatch();
  const link = { name: "lan0", up, carrier, statistics };
  const words = (now: number) => watch.conditions(link, now).map((condition) => condition.words);
  return { link, statistics, words, watch };
}

Deno.test("a client whose customers have not dialled yet, or sleep, has no problem", () => {
  const { words, statistics } = lan();
  for (const now of [5_000, 65_000, 1e9]) assertEquals(words(now), []);
  statistics.vlanTagged = 2; // stray ones
  assertEquals(words(1e9 + 1_000), []);
});

Deno.test("frames that all have a VLAN tag show at once that the VLAN's interface is wanted", () => {
  const { words, statistics, link, watch } = lan();
  statistics.vlanTagged = 3;
  assertEquals(words(5_000), [
    'All 3 PPPoE frames on "lan0" had a VLAN tag, and nothing came without one',
  ]);
  assertEquals(watch.conditions(link, 5_000).map(({ code }) => code), ["no-pppoe"]);
  assertMatch(taggedOnly(link)?.remedy ?? "", /^`tcpdump -eni lan0 vlan`.*"lan0\.7"/);
  statistics.receivedFrames++;
  assertEquals([words(6_000), taggedOnly(link)], [[], undefined], "a trunk");
});

Deno.test("tagged frames count until ten minutes after the last", () => {
  const { words, statistics } = lan();
  statistics.vlanTagged = 3;
  assertEquals(words(1_000).length, 1);
  statistics.vlanTagged++;
  assertEquals(words(600_000).length, 1);
  assertEquals(words(1_199_999).length, 1);
  assertEquals(words(1_200_000), []);
});

Deno.test("an interface that is down or without carrier has a problem of its own", () => {
  for (const [up, carrier] of [[false, true], [true, false]]) {
    const { words, statistics } = lan(up, carrier);
    statistics.vlanTagged = 3;
    assertEquals(words(0), []);
  }
});
