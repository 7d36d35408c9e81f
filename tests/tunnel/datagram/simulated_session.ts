import type { DatagramWindow } from "../../../src/tunnel/datagram/datagram_window.ts";
import { SimulatedTcp } from "./simulated_tcp.ts";

const PACKET = 1_400;
/** Step of the clock, in milliseconds. */
const STEP = 0.25;
/** The tunnel's queue: its bytes, the age of old data, and how long there is some until it is dropped. */
const QUEUE_BYTES = 512 * 1024;
const MAX_AGE = 10;
const BEHIND_AFTER = 50;

/** A path with a bottleneck. */
export interface Bottleneck {
  /** Bytes per millisecond at a time in milliseconds. */
  rate: (now: number) => number;
  /** Round trip without a queue, in milliseconds. */
  delay: (now: number) => number;
  /** Length of its queue, in milliseconds. */
  queue: number;
  /** Share of packets lost. */
  loss?: number;
  /** Before TCP begins to send at a time: another flow that has this many packets on the way. */
  before?: { until: number; flying: number };
}

/** What a TCP in a session got. */
export interface SessionRates {
  /** Bytes delivered in each second. */
  bytes: number[];
  /** Mean time for which a packet waited in the tunnel and in the path, by second, in ms. */
  waits: number[];
  /** Time for which the window held TCP's slow start back, in milliseconds. */
  held: number;
  drops: number;
}

/** A TCP, the tunnel's queue behind it, and the window in front of a bottleneck. */
export function simulateSession(
  window: DatagramWindow,
  path: Bottleneck,
  until: number,
  random: () => number,
): SessionRates {
  let tcp = new SimulatedTcp();
  const { until: begin, flying: most } = path.before ?? { until: 0, flying: 0 };
  const seconds = Math.ceil(until / 1_000);
  const zeros = () => new Array<number>(seconds).fill(0);
  const [bytes, waits, steps] = [zeros(), zeros(), zeros()];
  const waiting: { number: number; since: number; tcp: SimulatedTcp }[] = [];
  const arrivals: { at: number; number: number; to: SimulatedTcp | undefined }[] = [];
  let [free, silent, held, drops, settled, behind] = [0, 0, 0, 0, 0, false];
  const transmit = (
    number: number,
    length: number,
    to: SimulatedTcp | undefined,
    now: number,
  ): void => {
    const rate = path.rate(now);
    free = Math.max(free, now);
    if (free - now > path.queue || random() < (path.loss ?? 0)) return void drops++;
    free += length / rate;
    arrivals.push({ at: free + path.delay(now), number, to });
  };
  const probe = (now: number): void => transmit(window.probe(now), 40, undefined, now);
  for (let now = 0; now < until; now += STEP) {
    const second = Math.floor(now / 1_000);
    arrivals.sort((one, other) => one.at - other.at);
    while (arrivals.length > 0 && arrivals[0].at <= now) {
      const { number, to } = arrivals.shift() ?? { number: 0 };
      if (to === undefined) {
        window.answered(number, now);
        if (window.isStalled) probe(now);
        silent = now;
      } else {
        bytes[second] += PACKET;
        to.acknowledged(number, now);
      }
    }
    if (now === begin && begin > 0) tcp = new SimulatedTcp();
    tcp.wait(now);
    while (tcp.open && (now >= begin || tcp.flying < most)) {
      const number = tcp.send(now);
      if (waiting.length * PACKET < QUEUE_BYTES) waiting.push({ number, since: now, tcp });
      else drops++;
    }
    const isOld = waiting.length > 0 && waiting[0].since < now - MAX_AGE;
    if (isOld === behind) settled = now;
    const reaction = behind ? 0 : 1.5 * Math.min(333, window.baseDelay ?? 0);
    if (now - settled > Math.max(BEHIND_AFTER, reaction)) behind = !behind;
    while (behind && waiting.length > 1 && waiting[0].since < now - MAX_AGE) {
      waiting.shift();
      drops++;
    }
    while (waiting.length > 0 && window.open) {
      const { number, tcp: of } = waiting.shift() ?? { number: 0, tcp };
      transmit(number, PACKET, of, now);
      if (window.sent(PACKET, now)) probe(now);
    }
    if (waiting.length > 0 && tcp.isStarting) held += STEP;
    const age = waiting.length > 0 ? now - waiting[0].since : 0;
    waits[second] += Math.max(0, free - now) + age;
    steps[second]++;
    if (window.open) silent = now;
    else if (now - silent > window.patience) {
      silent = now;
      if (window.expired()) probe(now);
    }
  }
  return { bytes, waits: waits.map((sum, i) => sum / steps[i]), held, drops };
}
