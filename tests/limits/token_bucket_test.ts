import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { TokenBucket } from "../../src/limits/token_bucket.ts";

/** Half a microsecond, the tolerance of a bucket, in tokens and in milliseconds. */
const TOLERANCE = 0.0005;

const rates = fc.record({
  rate: fc.integer({ min: 1, max: 20_000 }),
  burst: fc.integer({ min: 1, max: 500 }),
});
/** Pauses between attempts, in milliseconds: most shorter than a token takes. */
const pauses = fc.array(fc.oneof(fc.double({ min: 0, max: 3, noNaN: true }), fc.nat(5_000)), {
  maxLength: 200,
});

/** Takes tokens until there are none, and returns how many there were. */
function drain(bucket: TokenBucket, now: number): number {
  let count = 0;
  while (bucket.take(now)) assert(++count <= 1_000, "a bucket never becomes empty");
  return count;
}

Deno.test("a bucket lets through its burst and its rate, neither more nor less", () => {
  fc.assert(fc.property(rates, pauses, fc.nat(1e9), (rate, steps, start) => {
    const bucket = new TokenBucket(rate);
    let now = start;
    let passed = drain(bucket, now);
    assertEquals(passed, rate.burst);
    for (const step of steps) {
      now += step;
      const fresh = drain(bucket, now);
      assert(fresh <= rate.burst);
      passed += fresh;
      const most = rate.burst + rate.rate * (now - start + TOLERANCE) / 1_000;
      assert(passed <= most + 1e-6, `${passed} of ${most}`);
      if (step <= 1_000 * (rate.burst - 1) / rate.rate) assert(passed > most - 1 - 1e-3);
      else return;
    }
  }));
});

Deno.test("a bucket that gets tokens holds no more than its burst", () => {
  const amounts = fc.array(fc.nat(1_000), { maxLength: 20 });
  fc.assert(fc.property(rates, amounts, amounts, (rate, added, pauses) => {
    const bucket = new TokenBucket(rate);
    let now = 1_000;
    for (const [index, tokens] of added.entries()) {
      now += pauses[index] ?? 0;
      bucket.add(tokens);
      const had = drain(bucket, now);
      assert(had <= rate.burst && had >= Math.min(tokens, rate.burst), `${had} after ${tokens}`);
      bucket.add(tokens);
      assertEquals(drain(bucket, now), Math.min(tokens, rate.burst));
    }
  }));
});

Deno.test("a token is available after the wait, and not before", () => {
  fc.assert(fc.property(rates, pauses, fc.nat(1e9), (rate, steps, start) => {
    const bucket = new TokenBucket(rate);
    let now = start;
    drain(bucket, now);
    for (const step of steps) {
      const wait = bucket.wait(now);
      assert(wait >= 0 && wait <= 1_000 / rate.rate + TOLERANCE);
      if (wait > 0.01) assertEquals(bucket.take(now + wait - 0.005), false);
      if (step < wait) now += step;
      else assertEquals(bucket.take(now += wait), true);
    }
  }));
});

Deno.test("several tokens are taken together or not at all", () => {
  const bucket = new TokenBucket({ rate: 1, burst: 20 });
  assertEquals([bucket.take(0, 16), bucket.take(0, 16), bucket.take(0, 4)], [true, false, true]);
  assertEquals([bucket.take(15_999, 16), bucket.take(16_000, 16)], [false, true]);
});

Deno.test("after a change of the rate a bucket lacks the tokens taken, up to the new burst", () => {
  fc.assert(fc.property(rates, rates, fc.nat(500), fc.nat(1e9), (before, after, count, start) => {
    const bucket = new TokenBucket(before);
    let taken = 0;
    while (taken < count && bucket.take(start)) taken++;
    bucket.reconfigure(after, start);
    // A fiftieth of a token later, because the sums of fractions have been scaled.
    const now = start + 20 / after.rate;
    assertEquals(drain(bucket, now), Math.max(0, after.burst - taken));
    const wait = bucket.wait(now);
    assert(wait <= 1_000 / after.rate + TOLERANCE);
    assertEquals(bucket.take(now + wait), true);
  }));
});
