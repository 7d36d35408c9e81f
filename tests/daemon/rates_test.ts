import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Rates } from "../../src/daemon/rates.ts";

Deno.test("a rate is what was carried in the last five seconds", () => {
  const rates = new Rates();
  let carried = 0;
  const second = (now: number, more: number): void => {
    carried += more;
    rates.sample(now * 1_000, (add) => add("a", [carried, carried * 100, 0, 0]));
  };
  assertEquals(rates.of("a"), [0, 0, 0, 0]);
  second(0, 1_000_000);
  assertEquals(rates.of("a"), [0, 0, 0, 0]); // what was there before is no traffic
  second(1, 10);
  assertEquals(rates.of("a"), [10, 1_000, 0, 0]);
  second(2, 30);
  assertEquals(rates.of("a"), [20, 2_000, 0, 0]);
  for (let now = 3; now <= 8; now++) second(now, 50);
  assertEquals(rates.of("a"), [50, 5_000, 0, 0]);
  for (let now = 9; now <= 13; now++) second(now, 0);
  assertEquals(rates.of("a"), [0, 0, 0, 0]);
});

Deno.test("an uneven clock and a late sample give the mean of the time that has passed", () => {
  fc.assert(fc.property(
    fc.array(fc.record({ wait: fc.integer({ min: 1, max: 9_000 }), more: fc.nat(1_000) }), {
      minLength: 2,
      maxLength: 30,
    }),
    (steps) => {
      const rates = new Rates();
      let [now, total] = [0, 0];
      const taken = steps.map(({ wait, more }) => {
        now += wait;
        total += more;
        rates.sample(now, (add) => add("a", [total, 0, 0, 0]));
        return { now, total };
      });
      const [first, last] = [taken.slice(-6)[0], taken[taken.length - 1]];
      const mean = (last.total - first.total) / (last.now - first.now) * 1_000;
      assert(Math.abs(rates.of("a")[0] - mean) < 1e-6);
      assertEquals(rates.of("b"), [0, 0, 0, 0]);
    },
  ));
});

Deno.test("names that are gone are forgotten", () => {
  const rates = new Rates();
  for (let round = 0; round < 100; round++) {
    rates.sample(round, (add) => {
      for (let name = 0; name < 10; name++) add(`${round} ${name}`, [0, 0, 0, 0]);
    });
    assert(rates.size === 10);
  }
});
