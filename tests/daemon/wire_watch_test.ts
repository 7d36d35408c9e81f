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

Deno.test("an interface without any PPPoE frame for a minute may be the wrong one, until one arrives", () => {
  const { words, statistics, watch, link } = lan();
  assertEquals(words(5_000), []);
  assertEquals(words(64_999), []);
  assertMatch(words(65_000).join(), /^No PPPoE frame has arrived on "lan0" for 1m/);
  assertEquals(watch.conditions(link, 66_000).map(({ code }) => code), ["no-pppoe"]);
  statistics.receivedFrames++;
  assertEquals(words(67_000), []);
});

Deno.test("frames that all have a VLAN tag show at once that the VLAN's interface is wanted", () => {
  const { words, statistics, link } = lan();
  statistics.vlanTagged = 3;
  assertEquals(words(5_000), [
    'All 3 PPPoE frames on "lan0" had a VLAN tag, and nothing came without one',
  ]);
  assertMatch(taggedOnly(link)?.remedy ?? "", /^`tcpdump -eni lan0 vlan`.*"lan0\.7"/);
  statistics.receivedFrames++;
  assertEquals([words(6_000), taggedOnly(link)], [[], undefined], "a trunk");
});

Deno.test("an interface that is down or without carrier has a problem of its own", () => {
  for (const [up, carrier] of [[false, true], [true, false]]) {
    const { words } = lan(up, carrier);
    assertEquals(words(0), []);
    assertEquals(words(100_000), []);
  }
});
