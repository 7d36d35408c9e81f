import { assert, assertEquals } from "@std/assert";
import {
  DatagramWindow,
  MAX_WINDOW,
  MIN_WINDOW,
} from "../../../src/tunnel/datagram/datagram_window.ts";

const DATAGRAM = 1_400;

/** Sends all that the window permits over a path with a rate, a delay and an unlimited queue. */
function overPath(
  window: DatagramWindow,
  { bytesPerMs, delay, loss = () => false, until }: {
    bytesPerMs: number;
    delay: number;
    loss?: () => boolean;
    until: number;
  },
): { carried: number; longestQueue: number } {
  const answers: { at: number; number: number }[] = [];
  let [free, carried, longestQueue] = [0, 0, 0];
  for (let now = 0; now < until; now += 0.5) {
    while (answers.length > 0 && answers[0].at <= now) {
      const { number } = answers.shift() ?? { number: -1 };
      assert(window.answered(number, now));
    }
    for (let burst = 0; burst < 64 && window.open; burst++) {
      free = Math.max(free, now) + DATAGRAM / bytesPerMs;
      if (now > until / 2) longestQueue = Math.max(longestQueue, free - now);
      carried += DATAGRAM;
      const due = window.sent(DATAGRAM);
      const number = due ? window.probe(now) : -1;
      if (due && !loss()) answers.push({ at: free + delay, number });
    }
  }
  return { carried, longestQueue };
}

Deno.test("the window fills a path and keeps its queue short", () => {
  for (const bytesPerMs of [500, 2_500, 12_500]) { // 4, 20 and 100 Mbit/s
    const until = 8_000;
    const { carried, longestQueue } = overPath(new DatagramWindow(), {
      bytesPerMs,
      delay: 40,
      until,
    });
    assert(carried > 0.75 * bytesPerMs * until, `${carried} of ${bytesPerMs * until}`);
    assert(longestQueue < Math.max(150, 1.5 * MIN_WINDOW / bytesPerMs), `${longestQueue} ms`);
  }
});

Deno.test("lost probes do not narrow the window", () => {
  let turn = 0;
  const loss = () => turn++ % 10 === 3;
  const path = { bytesPerMs: 2_500, delay: 40, until: 8_000 };
  const { carried } = overPath(new DatagramWindow(), { ...path, loss });
  assert(carried > 0.75 * path.bytesPerMs * path.until);
});

Deno.test("an unexpected answer is refused: repeated, overtaken or invented", () => {
  const window = new DatagramWindow();
  const numbers = [window.probe(0), window.probe(1), window.probe(2)];
  assertEquals(numbers, [0, 1, 2]);
  assert(window.answered(1, 10));
  assertEquals([1, 0, 3, 0xffff_ffff].map((number) => window.answered(number, 11)), [
    false,
    false,
    false,
    false,
  ]);
  assert(window.answered(2, 12));
});

Deno.test("without answers the window closes, and opens again after a restart", () => {
  const window = new DatagramWindow();
  while (window.open) if (window.sent(DATAGRAM)) window.probe(0);
  assert(!window.open);
  window.restart();
  assert(window.open);
  assertEquals(window.size, MIN_WINDOW);
  assert(window.size <= MAX_WINDOW);
  assert(window.sent(DATAGRAM), "a probe follows the first datagram after a restart");
});
