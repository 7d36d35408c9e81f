/** Counts and times the frames of one run until its input ends; started by trial.ts. */
import { openLink } from "../ffi/open_link.ts";
import { ETHERTYPE_SESSION, SESSION_HEADER } from "../src/pppoe/constants.ts";
import { MARK, PAYLOAD, type Seen } from "./load.ts";
import { quantile } from "./figures.ts";

/** Latencies that are kept. */
const SAMPLES = 1 << 20;
const TAIL = 64;

const [name, run] = [Deno.args[0], Number(Deno.args[1])];
const samples = new Float64Array(SAMPLES);
let [received, first, last] = [0, 0, 0];

function frame(_bytes: Uint8Array, view: DataView, offset: number, length: number): void {
  const at = offset + SESSION_HEADER;
  if (length < SESSION_HEADER + PAYLOAD.end || view.getUint32(at) !== MARK) return;
  if (view.getUint32(at + PAYLOAD.run) !== run) return;
  last = performance.timeOrigin + performance.now();
  if (received === 0) first = last;
  samples[received++ & SAMPLES - 1] = (last - view.getFloat64(at + PAYLOAD.time)) * 1_000;
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
  };
}

const link = openLink({
  interface: name,
  promiscuous: true,
  etherTypes: [ETHERTYPE_SESSION, ETHERTYPE_SESSION],
  ringFrames: 16_384,
});
const running = link.run({ frame, batchEnd() {}, state() {} });
const say = (text: string) => Deno.stdout.write(new TextEncoder().encode(text));
await say("ready\n");
for await (const _ of Deno.stdin.readable);
link.close();
await running;
await say(`${JSON.stringify(figures())}\n`);
