/**
 * Sends session frames from one interface to another at a given rate, and measures how they arrive.
 */
import type { Link } from "../ffi/link/link.ts";
import { openLink } from "../ffi/link/open_link.ts";
import { ETHERTYPE_SESSION, SESSION_HEADER } from "../src/pppoe/constants.ts";
import { shortSleep } from "../tests/lab/relay/short_sleep.ts";
import { quantile } from "./figures.ts";
import { type Flow, markedFrame, PAYLOAD, payloadOfRun } from "./load.ts";

/** The load to send. */
export interface FlowLoad extends Flow {
  /** Size of the PPP payload, in bytes. */
  length: number;
  /** Frames per second. */
  rate: number;
  seconds: number;
}

/** The result. Latencies are one-way, in milliseconds, of the frames that arrived. */
export interface FlowFigures {
  sent: number;
  /** Share of the frames that did not arrive. */
  lost: number;
  /** Frames per second that arrived while sending. */
  framesPerSecond: number;
  megabitsPerSecond: number;
  p50: number;
  p99: number;
  max: number;
  /** Frames that arrived after a later one. */
  overtaken: number;
}

/** Interval between bursts, in microseconds. */
const TICK = 500;
/** Time to wait for late frames, in milliseconds. */
const PATIENCE = 2_000;
let runs = 0;

/** Sends for the given time, waits for late frames, and returns the figures. */
export async function measureFlow(load: FlowLoad): Promise<FlowFigures> {
  const run = ++runs;
  const [from, to] = [open(load.from), open(load.to)];
  const arrivals = new Arrivals(run, Math.ceil(load.rate * load.seconds) + 1);
  const running = [from.run(arrivals.nothing), to.run(arrivals)];
  const started = performance.now();
  const sent = await send(from, load, run);
  const ended = performance.now();
  const before = arrivals.count;
  while (arrivals.count < sent && performance.now() - Math.max(ended, arrivals.last) < PATIENCE) {
    await shortSleep(10 * TICK);
  }
  from.close();
  to.close();
  await Promise.all(running);
  return arrivals.figures(sent, before / (ended - started) * 1_000, load.length);
}

function open(name: string): Link {
  const etherTypes = [ETHERTYPE_SESSION, ETHERTYPE_SESSION] as const;
  return openLink({
    interface: name,
    promiscuous: true,
    etherTypes,
    ringFrames: 16_384,
    waitAside: true,
  });
}

async function send(link: Link, load: FlowLoad, run: number): Promise<number> {
  const frame = markedFrame(load, load.length, run);
  const view = new DataView(frame.buffer);
  const start = performance.now();
  const total = Math.floor(load.rate * load.seconds);
  let sent = 0;
  while (sent < total) {
    const now = performance.now();
    const due = Math.min(total, Math.ceil((now - start) * load.rate / 1_000));
    for (; sent < due; sent++) {
      view.setUint32(SESSION_HEADER + PAYLOAD.number, sent);
      view.setFloat64(SESSION_HEADER + PAYLOAD.time, performance.now());
      link.send(frame);
    }
    link.flush();
    await shortSleep(TICK);
  }
  return sent;
}

/** Records the frames of one run. */
class Arrivals {
  readonly nothing = { frame() {}, batchEnd() {}, state() {} };
  count = 0;
  /** When the latest frame arrived. */
  last = 0;
  #run: number;
  #latencies: Float64Array;
  #highest = -1;
  #overtaken = 0;

  constructor(run: number, capacity: number) {
    this.#run = run;
    this.#latencies = new Float64Array(capacity);
  }

  frame(_bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    const at = payloadOfRun(view, offset, length, this.#run);
    if (at < 0) return;
    this.last = performance.now();
    const number = view.getUint32(at + PAYLOAD.number);
    if (number < this.#highest) this.#overtaken++;
    else this.#highest = number;
    this.#latencies[this.count++] = this.last - view.getFloat64(at + PAYLOAD.time);
  }

  batchEnd(): void {}

  state(): void {}

  figures(sent: number, framesPerSecond: number, length: number): FlowFigures {
    const sorted = this.#latencies.subarray(0, this.count).sort();
    return {
      sent,
      lost: 1 - this.count / sent,
      framesPerSecond,
      megabitsPerSecond: framesPerSecond * length * 8 / 1e6,
      p50: quantile(sorted, 0.5),
      p99: quantile(sorted, 0.99),
      max: quantile(sorted, 1),
      overtaken: this.#overtaken,
    };
  }
}
