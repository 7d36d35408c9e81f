import { assertEquals } from "@std/assert";
import { IgnoredOffers } from "../../src/daemon/acs/ignored_offers.ts";

const AC = 0xaa;

/** Offers at a clock that a test moves. */
function offers() {
  const clock = { now: 1_000_000 };
  const watch = new IgnoredOffers(() => clock.now);
  /** A customer asks after some time, and has an offer. */
  const ask = (customer: string, pause = 5_000) => {
    clock.now += pause;
    watch.asked(customer);
    watch.offered(customer, AC, "bng");
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

Deno.test("a customer that pauses between its attempts goes on ignoring offers", () => {
  const { watch, ask } = offers();
  // pppd: a pause of 30 s between attempts.
  for (const pause of [0, 5_000, 10_000]) ask("pppd", pause);
  for (const pause of [50_000, 5_000, 10_000]) {
    ask("pppd", pause);
    assertEquals(watch.current().length, 1);
  }
  ask("pppd", 60_001);
  assertEquals(watch.current(), []);
});

Deno.test("programs that look for ACs, once in a while or for seconds, ignore no offer", () => {
  const { watch, ask } = offers();
  for (let n = 0; n < 100; n++) ask("monitoring", 30_000);
  assertEquals(watch.current(), []);
  for (const pause of [0, 1_000, 2_000]) ask("discover", pause); // as `discover` does in its 3 s
  assertEquals(watch.current(), []);
});

Deno.test("offers that come after all PADIs were not there to be taken", () => {
  const { clock, watch, ask } = offers();
  for (let n = 0; n < 3; n++) {
    watch.asked("slow AC");
    clock.now += 5_000;
  }
  for (let n = 0; n < 3; n++) watch.offered("slow AC", AC, "bng");
  assertEquals(watch.current(), []);
  // Several sessions of one address, dialled at once.
  for (let n = 0; n < 3; n++) ask("several", 0);
  assertEquals(watch.current(), []);
});

Deno.test("customers without offers, and many offers for one PADI, ignore none", () => {
  const { clock, watch } = offers();
  for (let n = 0; n < 9; n++) {
    watch.asked("silent");
    clock.now += 5_000;
  }
  watch.asked("many");
  for (let n = 0; n < 9; n++) watch.offered("many", AC, "bng");
  watch.offered("unasked", AC, "bng");
  assertEquals(watch.current(), []);
});

Deno.test("any number of customers and ACs leaves few conditions, with short names", () => {
  const { clock, watch } = offers();
  for (let m = 0; m < 3; m++) {
    for (let n = 0; n < 20_000; n++) {
      watch.asked(`${n % 1_024}`);
      watch.offered(`${n % 1_024}`, n % 500, "x".repeat(1_000));
    }
    clock.now += 5_000;
  }
  for (let n = 0; n < 20_000; n++) watch.asked(`other ${n}`);
  assertEquals(watch.current(), [], "all others are forgotten");
  for (let m = 0; m < 3; m++) {
    for (let n = 0; n < 1_024; n++) {
      watch.asked(`${n}`);
      watch.offered(`${n}`, n % 500, "x".repeat(1_000));
    }
    clock.now += 5_000;
  }
  const found = watch.current();
  assertEquals([found.length, found[0].name.length], [16, 64]);
  assertEquals(found.reduce((sum, { customers }) => sum + customers, 0) <= 1_024, true);
});
