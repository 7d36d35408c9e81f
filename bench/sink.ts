/**
 * Counts and times the frames of one run after another; started by trial.ts. Interfaces stay open
 * until it is asked to close them or to watch others.
 */
import type { Link } from "../ffi/link/link.ts";
import { openLink } from "../ffi/link/open_link.ts";
import { ETHERTYPE_SESSION } from "../src/pppoe/constants.ts";
import { quantile } from "./figures.ts";
import { histogramOf } from "./latency_histogram.ts";
import { PAYLOAD, payloadOfRun, type Seen, type SinkRequest, type Watch } from "./load.ts";
import { serveRequests } from "./station.ts";
import { arrivalTime } from "./time_stamp.ts";

/** Number of latencies kept. */
const SAMPLES = 1 << 20;
const TAIL = 64;

let run = 0;
const samples = new Float64Array(SAMPLES);
let byFlow = new Uint32Array(0);
let [received, first, last] = [0, 0, 0];

function frame(_bytes: Uint8Array, view: DataView, offset: number, length: number): void {
  const at = payloadOfRun(view, offset, length, run);
  if (at < 0) return;
  last = arrivalTime(view, offset);
  if (received === 0) first = last;
  samples[received++ & SAMPLES - 1] = (last - view.getFloat64(at + PAYLOAD.time)) * 1_000;
  byFlow[view.getUint32(at + PAYLOAD.flow)]++;
}

function figures(): Seen {
  const tail = Float64Array.from(
    { length: Math.min(TAIL, received) },
    (_, i) => samples[received - 1 - i & SAMPLES - 1],
  );
  const sorted = samples.subarray(0, Math.min(received, SAMPLES)).sort();
  return {
    received,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    tail: quantile(tail.sort(), 0.5),
    histogram: histogramOf(sorted),
    seconds: (last - first) / 1_000,
    byFlow: [...byFlow],
  };
}

function open(name: string, isAlone: boolean): Link {
  return openLink({
    interface: name,
    promiscuous: true,
    etherTypes: [ETHERTYPE_SESSION, ETHERTYPE_SESSION],
    ringFrames: 16_384,
    waitAside: !isAlone, // several links cannot block on one thread
  });
}

let links: Link[] = [];
let running: Promise<void>[] = [];

async function watch({ run: newRun, flows, interfaces }: Watch): Promise<null> {
  if (interfaces.join() !== links.map(({ name }) => name).join()) {
    await close();
    links = interfaces.map((name) => open(name, interfaces.length === 1));
    running = links.map((link) => link.run({ frame, batchEnd() {}, state() {} }));
  }
  byFlow = new Uint32Array(flows);
  [received, first, last] = [0, 0, 0];
  run = newRun;
  return null;
}

function report(): Seen {
  run = 0;
  return figures();
}

async function close(): Promise<null> {
  for (const link of links) link.close();
  await Promise.all(running);
  links = [];
  return null;
}

await serveRequests<SinkRequest>((request) => {
  if (request === "report") return report();
  return request === "close" ? close() : watch(request);
});
