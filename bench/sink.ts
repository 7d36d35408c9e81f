/**
 * Counts and times the frames of one run until standard input ends; started by trial.ts.
 * `sink.ts RUN FLOWS INTERFACE…`
 */
import type { Link } from "../ffi/link/link.ts";
import { openLink } from "../ffi/link/open_link.ts";
import { ETHERTYPE_SESSION } from "../src/pppoe/constants.ts";
import { PAYLOAD, payloadOfRun, type Seen } from "./load.ts";
import { quantile } from "./figures.ts";

/** Number of latencies kept. */
const SAMPLES = 1 << 20;
const TAIL = 64;

const [run, flows] = Deno.args.slice(0, 2).map(Number);
const names = Deno.args.slice(2);
const samples = new Float64Array(SAMPLES);
const byFlow = new Uint32Array(flows);
let [received, first, last] = [0, 0, 0];

function frame(_bytes: Uint8Array, view: DataView, offset: number, length: number): void {
  const at = payloadOfRun(view, offset, length, run);
  if (at < 0) return;
  last = performance.timeOrigin + performance.now();
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
    seconds: (last - first) / 1_000,
    byFlow: [...byFlow],
  };
}

function open(name: string): Link {
  return openLink({
    interface: name,
    promiscuous: true,
    etherTypes: [ETHERTYPE_SESSION, ETHERTYPE_SESSION],
    ringFrames: 16_384,
    waitAside: names.length > 1, // several links cannot block on one thread
  });
}

const links = names.map(open);
const running = links.map((link) => link.run({ frame, batchEnd() {}, state() {} }));
const say = (text: string) => Deno.stdout.write(new TextEncoder().encode(text));
await say("ready\n");
for await (const _ of Deno.stdin.readable);
for (const link of links) link.close();
await Promise.all(running);
await say(`${JSON.stringify(figures())}\n`);
