import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeAmount, encodeAmount, MISSING } from "../../src/history/compact.ts";

Deno.test("16 bits keep an amount to 0.05 %, and whole numbers up to 2,048 exactly", () => {
  for (let amount = 0; amount <= 2_048; amount++) {
    assertEquals(decodeAmount(encodeAmount(amount)), amount);
  }
  const amount = fc.double({ min: 2 ** -16, max: 2 ** 46, noNaN: true });
  fc.assert(fc.property(amount, (value) => {
    const kept = decodeAmount(encodeAmount(value));
    assert(Math.abs(kept - value) <= value / 2_048, `${value} became ${kept}`);
  }));
});

Deno.test("any amount has a code of 16 bits, which grows with it", () => {
  const any = fc.oneof(fc.double({ min: 0, noNaN: true }), fc.nat(), fc.constant(2 ** 47 - 1));
  fc.assert(fc.property(any, any, (one, other) => {
    const [low, high] = [Math.min(one, other), Math.max(one, other)].map(encodeAmount);
    assert(low <= high && low >= 0 && high < MISSING && Number.isInteger(high));
  }));
  assertEquals(encodeAmount(NaN), MISSING);
  assertEquals(decodeAmount(MISSING), NaN);
});
