import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  DatagramWindow,
  MAX_WINDOW,
  MIN_WINDOW,
} from "../../../src/tunnel/datagram/datagram_window.ts";
import { seededRandom } from "../../lab/relay/delay_line.ts";
import { type Carried, simulate, type SimulatedPath } from "./simulated_path.ts";

/** Bytes per millisecond of 1 Mbit/s. */
const MBIT = 125;

type Path = Pick<SimulatedPath, "rate" | "delay" | "until"> & Partial<SimulatedPath>;

function over(path: Path, seed = 1): Carried {
  const random = seededRandom(seed);
  return simulate(new DatagramWindow(), { offered: Infinity, random, ...path });
}

/** Share of the rate that was carried in the seconds from `from` on. */
function share({ bytes }: Carried, from: number, bytesPerMs: number): number {
  const rest = bytes.slice(from);
  return rest.reduce((sum, count) => sum + count, 0) / (rest.length * 1_000 * bytesPerMs);
}

const always = (value: number) => () => value;

for (const megabits of [1, 4, 20, 100, 1_000]) {
  Deno.test(`the window fills a path of ${megabits} Mbit/s and keeps its queue short`, () => {
    const rate = megabits * MBIT;
    const carried = over({ rate: always(rate), delay: always(40), until: 6_000 });
    assert(share(carried, 2, rate) > 0.9, JSON.stringify(carried));
    const queue = Math.max(...carried.queues.slice(3));
    assert(queue < Math.max(60, 2 * MIN_WINDOW / rate), `${queue} ms`);
  });
}

Deno.test("on a path of 100 kbit/s the window is the smallest, and frames still cross", () => {
  const rate = 0.1 * MBIT;
  const carried = over({ rate: always(rate), delay: always(40), until: 20_000 });
  assert(share(carried, 10, rate) > 0.7, JSON.stringify(carried));
  assert(Math.max(...carried.queues.slice(12)) < 3 * MIN_WINDOW / rate);
});

Deno.test("Q1: after any change of the delay the path is full again within seconds", () => {
  for (
    const [before, after] of [[2, 12], [2, 42], [2, 202], [42, 2], [202, 2], [1, 25], [20, 41]]
  ) {
    for (const megabits of [5, 20, 100]) {
      const rate = megabits * MBIT;
      const delay = (now: number) => now < 4_000 ? before : after;
      const carried = over({ rate: always(rate), delay, until: 24_000 });
      const told = `${before} to ${after} ms, ${megabits} Mbit/s: ${JSON.stringify(carried)}`;
      assert(share(carried, 10, rate) > 0.85, told);
      assert(Math.max(...carried.queues.slice(20)) < 150, told);
    }
  }
});

Deno.test("Q1: what is offered below the path's rate passes, whatever its delay becomes", () => {
  const step = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom(1, 12, 42, 202));
  const steps = fc.array(step, { maxLength: 4 });
  fc.assert(
    fc.property(steps, fc.nat(30), fc.nat(100), fc.nat(), (steps, jitter, loss, seed) => {
      const delay = (now: number) =>
        steps.filter(([second]) => second * 1_000 <= now).at(-1)?.[1] ?? 2;
      steps.sort(([one], [other]) => one - other);
      const offered = 5 * MBIT;
      const path = { rate: always(50 * MBIT), delay, jitter, loss: loss / 5_000, offered };
      const carried = over({ ...path, until: 26_000 }, seed);
      // Up to 10 s after a change the window may drain the path once, to measure the new delay.
      assert(share(carried, 12, offered) > 0.8, JSON.stringify(carried));
      assert(share(carried, 22, offered) > 0.99, JSON.stringify(carried));
    }),
    { numRuns: 25 },
  );
});

Deno.test("when the path's rate falls or rises, the window follows within seconds", () => {
  for (const [before, after] of [[10, 1], [100, 10], [1, 10], [10, 100]]) {
    const rate = (now: number) => (now < 4_000 ? before : after) * MBIT;
    const carried = over({ rate, delay: always(40), until: 16_000 });
    assert(share(carried, 9, after * MBIT) > 0.85, JSON.stringify([after, carried]));
    assert(Math.max(...carried.queues.slice(9)) < 200, JSON.stringify([after, carried]));
  }
});

Deno.test("jitter, reordered and lost answers do not narrow the window", () => {
  for (const loss of [0, 0.001, 0.02, 0.1]) {
    const rate = 20 * MBIT;
    const carried = over({
      rate: always(rate),
      delay: always(40),
      jitter: 30,
      loss,
      until: 12_000,
    });
    assert(share(carried, 3, rate) > 0.85, JSON.stringify([loss, carried]));
    assert(Math.max(...carried.queues.slice(3)) < 150, JSON.stringify([loss, carried]));
  }
});

/**
 * The size, relative to before, of a window that was full when answers stayed away for 200 ms, after
 * which they arrive this many milliseconds apart.
 */
function afterLateAnswers(apart: number): number {
  const window = new DatagramWindow();
  let now = 0;
  const fill = (until: number): number[] => {
    const probes: number[] = [];
    for (; now < until; now += 10) {
      for (let sent = 0; sent < 8_000 && window.open; sent += 1_000) window.sent(1_000, now);
      probes.push(window.probe(now));
    }
    return probes;
  };
  const answer = (probe: number, at: number): void => {
    window.answered(probe, now = Math.max(now, at));
  };
  for (let round = 0; round < 4; round++) {
    const [begin, probes] = [now, fill(now + 60)];
    probes.forEach((probe, i) => answer(probe, begin + 60 + 10 * i));
  }
  const before = window.size;
  const [begin, probes] = [now, fill(now + 200)];
  probes.forEach((probe, i) => answer(probe, begin + 260 + apart * i));
  return window.size / before;
}

Deno.test("late answers that arrive together were held up, others show a queue", () => {
  assert(afterLateAnswers(0) >= 1, `${afterLateAnswers(0)}`);
  assert(afterLateAnswers(0.05) >= 1, `${afterLateAnswers(0.05)}`);
  assert(afterLateAnswers(10) < 0.8, `${afterLateAnswers(10)}`);
});

/** A window whose rounds are written down: the share of it that is sent at once, and the delay. */
function rounds(list: readonly [share: number, trip: number][]): number[] {
  const window = new DatagramWindow();
  let now = 0;
  return list.map(([share, trip]) => {
    const size = share * window.size / 2;
    const probes = [0, 1].map(() => {
      for (let sent = 0; sent < size && window.open; sent += 1_000) window.sent(1_000, now);
      return { number: window.probe(now), at: (now += 5) - 5 };
    });
    void window.open; // another one waits, if it is closed
    for (const { number, at } of probes) window.answered(number, now = at + trip);
    return window.size;
  });
}

Deno.test("one late round does not narrow a window that has held nothing back, two do", () => {
  const start = [[0.7, 40], [0.7, 40], [0.7, 40], [0.7, 40]] as const;
  const sizes = rounds(
    [...start, [0.7, 120], [0.7, 40], [0.7, 120], [0.7, 120]].map(([a, b]) => [a, b]),
  );
  assert(sizes[4] >= sizes[3], `${sizes}`);
  assert(sizes[7] < sizes[5], `${sizes}`);
});

Deno.test("a window that left its start because of one late round doubles again after two", () => {
  const sizes = rounds([40, 40, 60, 40, 40, 40, 40].map((trip) => [1.1, trip]));
  assert(sizes[2] < 1.5 * sizes[1], `${sizes}`);
  assert(sizes[6] > 7 * sizes[3], `${sizes}`);
});

Deno.test("an answer covers what was sent before its probe; others are late or unknown", () => {
  const window = new DatagramWindow();
  assertEquals(window.answered(0, 1), "unknown");
  const numbers = [0, 1, 2].map((now) => {
    window.sent(5_000, now);
    return window.probe(now);
  });
  const room = window.room;
  assertEquals(window.answered(numbers[1], 5), "covered");
  assertEquals(window.room, Math.min(window.size, room + 10_000));
  assertEquals([numbers[0], numbers[1]].map((n) => window.answered(n, 6)), ["late", "late"]);
  assertEquals(window.answered(numbers[2] + 1, 6), "unknown");
  assertEquals(window.answered(numbers[2], 7), "covered");
});

Deno.test("a closed window always has a probe under way, and opens without an answer at last", () => {
  const window = new DatagramWindow();
  let probes = 0;
  for (let now = 0; window.open; now += 0.01) {
    if (window.sent(1_400, now)) probes = window.probe(now) + 1;
  }
  assert(probes > 0);
  let waits = 1;
  while (window.expired()) waits++;
  assert(window.open && waits < 10);
  assertEquals(window.size, MIN_WINDOW);
});

Deno.test("the window never exceeds its bounds", () => {
  const { queues } = over({ rate: always(1e6), delay: always(0.1), until: 300 });
  assert(queues.length > 0);
  const window = new DatagramWindow();
  for (let now = 0; now < 10_000; now += 1) {
    for (let count = 0; count < 200 && window.open; count++) window.sent(60_000, now);
    window.answered(window.probe(now), now);
    assert(window.size <= MAX_WINDOW && window.size >= MIN_WINDOW);
  }
  assertEquals(window.size, MAX_WINDOW);
});

Deno.test("on a fast path probes are rare, on a slow one there are some in each round trip", () => {
  for (const [megabits, delay, apart] of [[1_000, 40, 60_000], [100, 40, 30_000], [4, 40, 4_000]]) {
    const window = new DatagramWindow();
    let probes = 0;
    const { probe } = window;
    window.probe = (now) => (probes++, probe.call(window, now));
    const rate = megabits * MBIT;
    const path = { rate: always(rate), delay: always(delay), offered: Infinity, random: () => 0.5 };
    const { bytes } = simulate(window, { ...path, until: 6_000 });
    const interval = bytes.reduce((sum, second) => sum + second) / probes;
    assert(interval > apart, `${interval} bytes between probes at ${megabits} Mbit/s`);
    assert(interval < window.size / 3, `${interval} bytes between probes of ${window.size}`);
  }
});

/** How long a TCP in slow start is held back until a path is full, in milliseconds. */
function heldBack(megabits: number, delay: number): number {
  const window = new DatagramWindow();
  const rate = megabits * MBIT;
  let [congestion, flying, held, free] = [10 * 1_400, 0, 0, 0];
  const arrivals: { at: number; bytes: number; probe: number }[] = [];
  for (let now = 0; congestion < rate * delay; now += 0.5) {
    while (arrivals.length > 0 && arrivals[0].at <= now) {
      const { bytes, probe } = arrivals.shift() ?? { bytes: 0, probe: -1 };
      if (probe >= 0) window.answered(probe, now);
      flying -= bytes;
      congestion += bytes;
    }
    while (flying < congestion && window.open) {
      free = Math.max(free, now) + 1_400 / rate;
      flying += 1_400;
      const probe = window.sent(1_400, now) ? window.probe(now) : -1;
      arrivals.push({ at: free + delay, bytes: 1_400, probe });
    }
    if (flying < congestion) held += 0.5;
  }
  return held;
}

Deno.test("a TCP that starts slowly fills the path without being held back by the window", () => {
  for (const megabits of [20, 100, 500]) {
    for (const delay of [10, 40, 200]) {
      const held = heldBack(megabits, delay);
      assert(held <= delay / 2, `${held} ms at ${megabits} Mbit/s and ${delay} ms`);
    }
  }
});
