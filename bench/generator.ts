/**
 * Sends session frames at a steady rate, one load after another. Runs as a separate process,
 * started by trial.ts.
 */
import type { Link } from "../ffi/link/link.ts";
import { libc } from "../ffi/libc.ts";
import { openLink } from "../ffi/link/open_link.ts";
import { ETHERTYPE_SESSION, SESSION_HEADER } from "../src/pppoe/constants.ts";
import { type GeneratorRequest, type Load, markedFrame, PAYLOAD, type Sent } from "./load.ts";
import { serveRequests } from "./station.ts";
import { wallClock } from "./time_stamp.ts";

/** Maximum number of frames sent together. */
const BURST = 64;

function openOn(name: string): Link {
  return openLink({
    interface: name,
    promiscuous: false,
    etherTypes: [ETHERTYPE_SESSION, ETHERTYPE_SESSION],
    ringFrames: 64,
  });
}

/** Open links by interface. */
const open = new Map<string, Link>();

function linkOn(name: string): Link {
  const link = open.get(name) ?? openOn(name);
  open.set(name, link);
  return link;
}

function close(): null {
  for (const link of open.values()) link.close();
  open.clear();
  return null;
}

/** Sends the frames of a load in turn. */
class Sender {
  sent = 0;
  #links: ReadonlySet<Link>;
  /** Number of frames that its links had sent before. */
  #before: number;
  #flow = 0;
  #length: number;
  #linkOf: Link[];
  /** The header of each flow, of five words. */
  #words: Uint32Array;
  #region: ReturnType<Link["region"]>;

  constructor({ flows, size, run }: Load) {
    this.#linkOf = flows.map(({ from }) => linkOn(from));
    this.#links = new Set(this.#linkOf);
    this.#before = this.#all();
    this.#length = size - SESSION_HEADER;
    const heads = new Uint8Array(flows.length * SESSION_HEADER);
    flows.forEach((flow, i) => {
      const head = markedFrame(flow, this.#length, run).subarray(0, SESSION_HEADER);
      heads.set(head, i * SESSION_HEADER);
    });
    this.#words = new Uint32Array(heads.buffer);
    this.#region = this.#linkOf[0].region(BURST * this.#length);
    const payload = markedFrame(flows[0], this.#length, run).subarray(SESSION_HEADER);
    for (let i = 0; i < BURST; i++) this.#region.bytes.set(payload, i * this.#length);
  }

  /** Sends the frames up to number `end`, at most a burst. */
  burst(end: number): void {
    const time = wallClock();
    const { view } = this.#region;
    for (let at = 0; this.sent < end; this.sent++, at += this.#length) {
      view.setUint32(at + PAYLOAD.number, this.sent);
      view.setFloat64(at + PAYLOAD.time, time);
      view.setUint32(at + PAYLOAD.flow, this.#flow);
      const head = this.#flow * SESSION_HEADER / 4;
      this.#linkOf[this.#flow].queue(this.#words, head, this.#region, at, this.#length);
      this.#flow = this.#flow + 1 === this.#linkOf.length ? 0 : this.#flow + 1;
    }
    for (const link of this.#links) link.flush();
  }

  /** Returns the number of frames that left. */
  left(): number {
    return this.#all() - this.#before;
  }

  #all(): number {
    return [...this.#links].reduce((sum, link) => sum + link.statistics.sentFrames, 0);
  }
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

function send(load: Load): Sent {
  const { rate, seconds } = load;
  const sender = new Sender(load);
  const total = rate === 0 ? Infinity : Math.floor(rate * seconds);
  const start = performance.now();
  for (let now = start; sender.sent < total; now = performance.now()) {
    if (now - start >= seconds * (rate === 0 ? 1_000 : 1_100)) break;
    const due = rate === 0 ? sender.sent + BURST : Math.ceil((now - start) * rate / 1_000);
    sender.burst(Math.min(total, due, sender.sent + BURST));
    if (rate !== 0) sleep(start + sender.sent * 1_000 / rate - performance.now());
  }
  const took = (performance.now() - start) / 1_000;
  const sent = sender.left();
  return { sent, offered: sent / took };
}

await serveRequests<GeneratorRequest>((request) => request === "close" ? close() : send(request));
