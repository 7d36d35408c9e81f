import type { DatagramWindow } from "../../../src/tunnel/datagram/datagram_window.ts";

/** Length of a datagram, in bytes. */
const DATAGRAM = 1_400;
/** Step of the clock, in milliseconds. */
const STEP = 0.5;

/** A path with a bottleneck in front of which an unlimited queue grows, and what is offered to it. */
export interface SimulatedPath {
  /** Bytes per millisecond at a time in milliseconds. */
  rate: (now: number) => number;
  /** Round trip without a queue at a time, in milliseconds. */
  delay: (now: number) => number;
  /** Maximum additional delay of each answer, in milliseconds; answers may overtake. */
  jitter?: number;
  /** Share of probes or answers that is lost. */
  loss?: number;
  /** Bytes per millisecond offered; Infinity for always more. */
  offered: number;
  until: number;
  random: () => number;
}

/** What a path carried in each second, and the longest queue in each, in milliseconds. */
export interface Carried {
  bytes: number[];
  queues: number[];
}

/** Sends what the window permits; what it does not permit at once is not sent at all. */
export function simulate(window: DatagramWindow, path: SimulatedPath): Carried {
  const { rate, delay, jitter = 0, loss = 0, offered, until, random } = path;
  const answers: { at: number; number: number }[] = [];
  const seconds = Math.ceil(until / 1_000);
  const [bytes, queues] = [new Array(seconds).fill(0), new Array(seconds).fill(0)];
  let [free, credit, silent] = [0, 0, 0];
  const ask = (number: number, now: number): void => {
    if (random() < loss) return;
    answers.push({ at: Math.max(free, now) + delay(now) + random() * jitter, number });
  };
  for (let now = 0; now < until; now += STEP) {
    answers.sort((one, other) => one.at - other.at);
    while (answers.length > 0 && answers[0].at <= now) {
      const { number } = answers.shift() ?? { number: -1 };
      window.answered(number, now);
      if (window.isStalled) ask(window.probe(now), now);
      silent = now;
    }
    const second = Math.floor(now / 1_000);
    credit = Math.min(credit + offered * STEP, 64 * DATAGRAM);
    for (; credit >= DATAGRAM && window.open; credit -= DATAGRAM) {
      free = Math.max(free, now) + DATAGRAM / rate(now);
      bytes[second] += DATAGRAM;
      if (!window.sent(DATAGRAM, now)) continue;
      ask(window.probe(now), now);
    }
    queues[second] = Math.max(queues[second], free - now);
    if (window.open) silent = now;
    else if (now - silent > window.patience) {
      silent = now;
      if (window.expired()) ask(window.probe(now), now);
    }
  }
  return { bytes, queues };
}
