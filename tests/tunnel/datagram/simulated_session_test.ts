/** A TCP with plenty to send in a session, behind the window, over paths with a bottleneck. */
import { assert } from "@std/assert";
import { DatagramWindow } from "../../../src/tunnel/datagram/datagram_window.ts";
import { seededRandom } from "../../lab/relay/delay_line.ts";
import { type Bottleneck, type SessionRates, simulateSession } from "./simulated_session.ts";

/** Bytes per millisecond of 1 Mbit/s. */
const MBIT = 125;

const always = (value: number) => () => value;

function over(path: Bottleneck, seconds: number): SessionRates {
  return simulateSession(new DatagramWindow(), path, seconds * 1_000, seededRandom(1));
}

/** Share of the rate that TCP got in these seconds, and its mean wait in them in milliseconds. */
function mean({ bytes, waits }: SessionRates, from: number, to: number, megabits: number) {
  const sum = (of: number[]) => of.slice(from, to).reduce((all, one) => all + one, 0);
  const count = to - from;
  return { share: sum(bytes) / (count * 1_000 * megabits * MBIT), wait: sum(waits) / count };
}

for (
  const [megabits, delay, wait] of [[100, 40, 45], [500, 40, 45], [100, 200, 45], [20, 40, 60]]
) {
  Deno.test(`TCP fills ${megabits} Mbit/s and ${delay} ms, whose queue holds 50 ms`, () => {
    const rates = over({ rate: always(megabits * MBIT), delay: always(delay), queue: 50 }, 8);
    const { share, wait: waited } = mean(rates, 4, 8, megabits);
    assert(share > 0.95 && waited < wait, JSON.stringify(rates));
  });
}

Deno.test("a queue of 1 s stays short, also while TCP does not use the whole window", () => {
  const steady = over({ rate: always(20 * MBIT), delay: always(40), queue: 1_000 }, 6);
  const { share, wait } = mean(steady, 1, 4, 20);
  assert(share > 0.95 && wait < 40, JSON.stringify(steady)); // 61 ms when it did not shrink
  const rate = (now: number) => (now < 3_000 ? 100 : 20) * MBIT;
  const slower = over({ rate, delay: always(40), queue: 1_000 }, 8);
  const after = mean(slower, 4, 8, 20);
  assert(after.share > 0.9 && after.wait < 60, JSON.stringify(slower)); // 694 ms
});

Deno.test("Q1: TCP lives through a path that becomes 40 ms long", () => {
  const delay = (now: number) => now < 3_000 ? 2 : 40;
  const rates = over({ rate: always(100 * MBIT), delay, queue: 50 }, 6);
  const { share } = mean(rates, 3, 6, 100);
  assert(share > 0.33, JSON.stringify(rates)); // 0.08 when a shrunk window waited for a time out
});

Deno.test("acknowledgements of a download, behind its queue, do not narrow the window for an upload", () => {
  // Up to 2 s the way back has a queue of 30 ms, of which acknowledgements of 30 kB know nothing.
  const delay = (now: number) => now > 30 && now < 2_000 ? 70 : 40;
  const before = { until: 2_000, flying: 18 };
  const rates = over({ rate: always(100 * MBIT), delay, queue: 50, before }, 5);
  assert(mean(rates, 2, 3, 100).share > 0.7, JSON.stringify(rates));
  assert(mean(rates, 3, 5, 100).share > 0.95, JSON.stringify(rates));
});

Deno.test("at 1 % loss TCP gets no less than without the window", () => {
  const path = { rate: always(100 * MBIT), delay: always(40), queue: 50, loss: 0.01 };
  const free = new DatagramWindow();
  Object.defineProperty(free, "open", { value: true });
  const total = ({ bytes }: SessionRates) => bytes.reduce((sum, count) => sum + count);
  const without = total(simulateSession(free, path, 8_000, seededRandom(1)));
  const rates = over(path, 8);
  assert(total(rates) > 0.9 * without, `${JSON.stringify(rates)} instead of ${without}`);
});
