/** Sends single frames there and back during a load, in a session of their own. */
import { openLink } from "../ffi/link/open_link.ts";
import type { FrameSink, Link } from "../ffi/link/link.ts";
import { ETHERTYPE_SESSION } from "../src/pppoe/constants.ts";
import { quantile } from "./figures.ts";
import { type Flow, markedFrame, PAYLOAD, payloadOfRun } from "./load.ts";

/** Interval between frames in milliseconds, and size of the payload in bytes. */
const INTERVAL = 100;
const LENGTH = 100;
/** Time to wait for the last frame, in milliseconds. */
export const PATIENCE = 2_000;
/** Generators do not use this number: theirs are above a process id. */
const RUN = 7;

/**
 * Times in milliseconds; a lost frame counts as {@linkcode PATIENCE}, not as if it had never been
 * sent.
 */
export interface PingFigures {
  /** Shares of the sent frames that did not arrive, and that did not return. */
  lostThere: number;
  lost: number;
  oneWay: { p50: number; p99: number };
  roundTrip: { p50: number; p99: number };
}

/** Sends frames for the given number of seconds; the far end returns them. */
export async function ping(there: Flow, back: Flow, seconds: number): Promise<PingFigures> {
  const [near, far] = [open(there.from), open(there.to)];
  const [oneWay, roundTrip]: [number[], number[]] = [[], []];
  const answer = markedFrame(back, LENGTH, RUN);
  const echo = timed((age, view, at) => {
    oneWay.push(age);
    const sent = new DataView(answer.buffer, answer.length - LENGTH);
    sent.setFloat64(PAYLOAD.time, view.getFloat64(at + PAYLOAD.time));
    far.send(answer);
  });
  const running = [near.run(timed((age) => roundTrip.push(age))), far.run(echo)];
  const frame = markedFrame(there, LENGTH, RUN);
  const view = new DataView(frame.buffer, frame.length - LENGTH);
  const count = Math.round(seconds * 1_000 / INTERVAL);
  for (let i = 0; i < count; i++) {
    view.setFloat64(PAYLOAD.time, performance.now());
    near.send(frame);
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
  const end = performance.now() + PATIENCE;
  while (roundTrip.length < count && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
  near.close();
  far.close();
  await Promise.all(running);
  const [there50, back50] = [oneWay, roundTrip].map((times) => {
    const lost = Array<number>(count - times.length).fill(PATIENCE);
    const sorted = [...times, ...lost].sort((a, b) => a - b);
    return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
  });
  const lostThere = 1 - oneWay.length / count;
  return { lostThere, lost: 1 - roundTrip.length / count, oneWay: there50, roundTrip: back50 };
}

/** Passes on the age of each frame of this run, in milliseconds. */
function timed(seen: (age: number, view: DataView, at: number) => void): FrameSink {
  return {
    frame(_bytes, view, offset, length): void {
      const at = payloadOfRun(view, offset, length, RUN);
      if (at >= 0) seen(performance.now() - view.getFloat64(at + PAYLOAD.time), view, at);
    },
    batchEnd() {},
    state() {},
  };
}

function open(name: string): Link {
  return openLink({
    interface: name,
    promiscuous: true,
    etherTypes: [ETHERTYPE_SESSION, ETHERTYPE_SESSION],
    waitAside: true,
  });
}
