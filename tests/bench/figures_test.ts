import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { jain, median, quantile, searchRate } from "../../bench/figures.ts";
import { findingsTable, table } from "../../bench/report.ts";

Deno.test("quantiles are values of the sample, from the smallest to the largest", () => {
  assertEquals([0, 0.5, 1].map((share) => quantile([1, 2, 3], share)), [1, 2, 3]);
  assertEquals(quantile([], 0.5), NaN);
});

Deno.test("the median is the middle value, whatever the order", () => {
  assertEquals(median([3, 1, 2]), 2);
  assertEquals(median([4, 1, 2, 3]), 2.5);
  assertEquals(median([]), NaN);
});

Deno.test("Jain's index is 1 for equal shares and 1/n if one has everything", () => {
  assertEquals(jain([5, 5, 5, 5]), 1);
  assertEquals(jain([8, 0, 0, 0]), 0.25);
});

Deno.test("the search ends within 4 per cent below any limit, wherever it starts", async () => {
  const rates = fc.integer({ min: 1_000, max: 1_000_000 });
  await fc.assert(fc.asyncProperty(rates, rates, async (limit, guess) => {
    const found = await searchRate(guess, 40, (rate) => Promise.resolve(rate <= limit ? rate : 0));
    assert(found <= limit && found > limit / 1.04, `${found} for ${limit} from ${guess}`);
  }));
});

Deno.test("the search ends at the generator's limit, and at 0 if nothing passes", async () => {
  assertEquals(await searchRate(900, 20, (rate) => Promise.resolve(Math.min(rate, 1_000))), 1_000);
  assertEquals(await searchRate(900, 5, () => Promise.resolve(0)), 0);
});

Deno.test("a table lists every figure, with its ratio where both are above zero", () => {
  const [daemons, reference] = [{ "a us": 200, "b %": 0 }, { "a us": 100, "b %": 0 }];
  const [, , a, b] = table(daemons, reference);
  assertEquals(a, "| a us | 200 | 100 | 2.00 |");
  assertEquals(b, "| b % | 0.00 | 0.00 |  |");
});

Deno.test("a figure is listed with its goal, met or not met", () => {
  const figures = { "a ms": 50, "b %": 90, "c ms": 49, d: 1 };
  const goals = { "a ms": { below: 50 }, "b %": { atLeast: 90 }, "c ms": { below: 50 } };
  assertEquals(findingsTable({ figures, goals }).slice(2), [
    "| a ms | 50.0 | < 50 | not met |",
    "| b % | 90.0 | ≥ 90 | met |",
    "| c ms | 49.0 | < 50 | met |",
    "| d | 1.00 |  |  |",
  ]);
});
