import { assertEquals } from "@std/assert";
import { IgnoredOffers } from "../../src/daemon/acs/ignored_offers.ts";

const AC = 0xaa;

/** Offers at a clock that a test moves. */
function offers() {
  const clock = { now: 1_000_000 };
  const watch = new IgnoredOffers(() => clock.now);
  /** A customer asks, and has an offer. */
  const ask = (customer: string, ac = AC) => {
    watch.asked(customer);
    watch.offered(customer, ac, "bng");
    clock.now += 5_000;
  };
  return { clock, watch, ask };
}

Deno.test("offers are ignored by customers that ask three times, until they request or are quiet", () => {
  const { clock, watch, ask } = offers();
  for (let n = 0; n < 2; n++) ask("1");
  assertEquals(watch.current(), []);
  ask("1");
  assertEquals(watch.current(), [{ ac: AC, name: "bng", customers: 1, padis: 3 }]);
  for (let n = 0; n < 4; n++) ask("2");
  assertEquals(watch.current(), [{ ac: AC, name: "bng", customers: 2, padis: 4 }]);
  watch.requested("2");
  assertEquals(watch.current().map(({ customers }) => customers), [1]);
  clock.now += 60_000;
  assertEquals(watch.current(), []);
});

Deno.test("customers without offers, and many offers for one PADI, ignore none", () => {
  const { watch } = offers();
  for (let n = 0; n < 9; n++) watch.asked("silent");
  watch.asked("many");
  for (let n = 0; n < 9; n++) watch.offered("many", AC, "bng");
  watch.offered("unasked", AC, "bng");
  assertEquals(watch.current(), []);
});

Deno.test("any number of customers and ACs leaves few conditions, with short names", () => {
  const { watch } = offers();
  for (let n = 0; n < 20_000; n++) {
    for (let m = 0; m < 3; m++) {
      watch.asked(`${n}`);
      watch.offered(`${n}`, n % 500, "x".repeat(1_000));
    }
  }
  const found = watch.current();
  assertEquals([found.length, found[0].name.length], [16, 64]);
  assertEquals(found.reduce((sum, { customers }) => sum + customers, 0) <= 1_024, true);
});
