/**
 * Sends session frames at a steady rate. Runs as a separate process, started by trial.ts, which
 * writes the load to its standard input.
 */
import type { Link } from "../ffi/link/link.ts";
import { libc } from "../ffi/libc.ts";
import { openLink } from "../ffi/link/open_link.ts";
import { ETHERTYPE_SESSION, SESSION_HEADER } from "../src/pppoe/constants.ts";
import { type Load, markedFrame, PAYLOAD } from "./load.ts";

const load = await new Response(Deno.stdin.readable).json() as Load;
const { flows, rate, seconds } = load;
const length = load.size - SESSION_HEADER;

const links = new Map<string, Link>();
for (const { from } of flows) if (!links.has(from)) links.set(from, open(from));
const [first] = links.values();

/** For each flow, its link, and its header of five words. */
const linkOf = flows.map(({ from }) => links.get(from) ?? first);
const heads = new Uint8Array(flows.length * SESSION_HEADER);
flows.forEach((flow, i) => {
  const head = markedFrame(flow, length, load.run).subarray(0, SESSION_HEADER);
  heads.set(head, i * SESSION_HEADER);
});
const words = new Uint32Array(heads.buffer);

/** Maximum number of frames sent together. */
const BURST = 64;
const region = first.region(BURST * length);
const payload = markedFrame(flows[0], length, load.run).subarray(SESSION_HEADER);
for (let i = 0; i < BURST; i++) region.bytes.set(payload, i * length);

function open(name: string): Link {
  return openLink({
    interface: name,
    promiscuous: false,
    etherTypes: [ETHERTYPE_SESSION, ETHERTYPE_SESSION],
    ringFrames: 64,
  });
}

let sent = 0;
let flow = 0;

/** Sends the frames up to number `end`, at most a burst. */
function burst(end: number): void {
  const time = performance.timeOrigin + performance.now();
  for (let at = 0; sent < end; sent++, at += length) {
    region.view.setUint32(at + PAYLOAD.number, sent);
    region.view.setFloat64(at + PAYLOAD.time, time);
    region.view.setUint32(at + PAYLOAD.flow, flow);
    linkOf[flow].queue(words, flow * SESSION_HEADER / 4, region, at, length);
    flow = flow + 1 === flows.length ? 0 : flow + 1;
  }
  for (const link of links.values()) link.flush();
}

/** Minimum sleep, in milliseconds: a shorter one costs more than it saves. */
const NAP = 0.1;
const timeout = new Uint8Array(16); // struct timespec { seconds, nanoseconds }
const timeoutWords = new Uint32Array(timeout.buffer);

/** Leaves the core to the daemons for this many milliseconds, unless that is too short. */
function sleep(milliseconds: number): void {
  if (milliseconds < NAP) return;
  timeoutWords[2] = Math.min(milliseconds, 999) * 1e6;
  libc().ppoll(new Uint8Array(8), 0, timeout, null);
}

const total = rate === 0 ? Infinity : Math.floor(rate * seconds);
const start = performance.now();
for (let now = start; sent < total && now - start < seconds * 1_100; now = performance.now()) {
  if (rate === 0 && now - start >= seconds * 1_000) break;
  const due = rate === 0 ? sent + BURST : Math.ceil((now - start) * rate / 1_000);
  burst(Math.min(total, due, sent + BURST));
  if (rate !== 0) sleep(start + sent * 1_000 / rate - performance.now());
}
const took = (performance.now() - start) / 1_000;
let left = 0;
for (const link of links.values()) {
  left += link.statistics.sentFrames;
  link.close();
}
await Deno.stdout.write(
  new TextEncoder().encode(JSON.stringify({ sent: left, offered: left / took })),
);
Deno.exit(0);
