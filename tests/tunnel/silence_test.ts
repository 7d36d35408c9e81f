import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type PathProgress, Silence, SLOW_PATH_FACTOR } from "../../src/tunnel/silence.ts";

const TIMEOUT = 9_000;
const INTERVAL = 3_000;

/**
 * Returns the time at which the silence of a peer that sent nothing since 0 is too long, if the
 * kernel shows `progress` at each check.
 */
function endOf(progress: (now: number) => PathProgress | undefined): number {
  const silence = new Silence(0);
  for (let now = INTERVAL;; now += INTERVAL) {
    if (silence.isTooLong(now, TIMEOUT, progress(now))) return now;
    assert(now < 1e6, "never ends");
  }
}

const IDLE: PathProgress = {
  written: 500,
  acknowledged: 500,
  received: 500,
  outstanding: false,
  queued: 0,
};
/** The first check after the timeout. */
const FIRST = TIMEOUT + INTERVAL;
/** The first check after all patience. */
const LAST = SLOW_PATH_FACTOR * TIMEOUT + INTERVAL;

Deno.test("a silent peer whose path is unknown, idle or stuck is dead after the timeout", () => {
  assertEquals(endOf(() => undefined), FIRST);
  assertEquals(endOf(() => IDLE), FIRST);
  assertEquals(endOf(() => ({ ...IDLE, acknowledged: 0, outstanding: true })), FIRST);
});

Deno.test("a peer that has our pings and does not answer is dead, whatever its kernel takes", () => {
  // Each ping is acknowledged before the next check.
  const taken = (now: number) => ({ ...IDLE, written: now, acknowledged: now });
  assertEquals(endOf(taken), FIRST);
  // With traffic there is always something on its way; the ping of 3 s is behind 6,500.
  const busy = (now: number) => ({ ...taken(now), written: now + 500, outstanding: true });
  assertEquals(endOf(busy), 9_000 + TIMEOUT + INTERVAL);
});

Deno.test("a full queue that is being acknowledged is a slow path, but not for ever", () => {
  const moving = (now: number) => ({
    ...IDLE,
    written: now + 500_000,
    acknowledged: now,
    outstanding: true,
    queued: 1,
  });
  assertEquals(endOf(moving), LAST);
  // The queue stops at 15 s: dead one timeout later.
  assertEquals(endOf((now) => moving(Math.min(now, 15_000))), 15_000 + TIMEOUT + INTERVAL);
});

Deno.test("parts of a record that arrive are a slow path, but not for ever", () => {
  assertEquals(endOf((now) => ({ ...IDLE, received: now })), LAST);
});

Deno.test("whatever the path does, silence ends between the timeout and its fourfold", () => {
  const number = fc.nat(1e6);
  const step = fc.record({
    written: number,
    acknowledged: number,
    received: number,
    outstanding: fc.boolean(),
    queued: number,
  });
  fc.assert(fc.property(fc.array(step, { minLength: 1 }), (steps) => {
    const end = endOf((now) => steps[now / INTERVAL % steps.length]);
    assert(end > TIMEOUT && end <= LAST);
  }));
});

Deno.test("a peer that is heard is not silent", () => {
  const silence = new Silence(0);
  for (let now = 0; now < 100_000; now += INTERVAL) {
    silence.heard(now);
    assertEquals(silence.isTooLong(now + TIMEOUT, TIMEOUT), false);
  }
});
