/**
 * An honest customer: one session with a small frame every two milliseconds, which the far end
 * returns. It runs as a separate process, so that nothing else delays it:
 *
 *     deno run -A tests/attack/probe.ts CUSTOMER_INTERFACE AC_INTERFACE
 *
 * It dials, prints "dialled", and answers each line "start" … "stop" with one line of JSON.
 */
import { printLine, readLines } from "./lines.ts";
import type { FrameSink } from "../../ffi/link/link.ts";
import { openLink } from "../../ffi/link/open_link.ts";
import { quantile } from "../../bench/figures.ts";
import { markedFrame, PAYLOAD, payloadOfRun } from "../../bench/load.ts";
import { ETHERTYPE_SESSION } from "../../src/pppoe/constants.ts";
import { startTestClient } from "../lab/peers/test_client.ts";

/**
 * Interval between frames in milliseconds, payload in bytes, and time to wait for the last frame.
 */
const INTERVAL = 2;
const LENGTH = 100;
const PATIENCE = 5_000;

/** The effects on an honest session. Round trips are in milliseconds. */
export interface Noticed {
  sent: number;
  lost: number;
  p50: number;
  p99: number;
  longest: number;
}

interface Round {
  run: number;
  trips: number[];
  sent: number;
  timer: ReturnType<typeof setInterval>;
}

async function main([customer, concentrator]: string[]): Promise<void> {
  const session = await dial(customer);
  const near = open(customer);
  const far = open(concentrator);
  let round: Round | undefined;
  const echo = sink((bytes, offset, length) => {
    const frame = bytes.slice(offset, offset + length);
    frame.copyWithin(0, 6, 12);
    frame.set(bytes.subarray(offset, offset + 6), 6);
    far.send(frame);
  });
  const arrived = sink((_bytes, offset, length, view) => {
    const at = round === undefined ? -1 : payloadOfRun(view, offset, length, round.run);
    if (at >= 0) round?.trips.push(performance.now() - view.getFloat64(at + PAYLOAD.time));
  });
  const running = [near.run(arrived), far.run(echo)];
  printLine("dialled");
  for await (const line of readLines(Deno.stdin.readable)) {
    if (line === "start") round = begin(near, session, (round?.run ?? 0) + 1);
    else if (round !== undefined) printLine(JSON.stringify(await end(round)));
  }
  near.close();
  far.close();
  await Promise.all(running);
}

/** Dials a session and returns the header fields of the customer's frames. */
async function dial(name: string): Promise<Parameters<typeof markedFrame>[0]> {
  await using client = startTestClient(name);
  const { sessionId, concentrator } = await client.dial({ hostUniq: Uint8Array.of(0x68) });
  return { from: name, to: "", source: client.mac, destination: concentrator, id: sessionId };
}

function begin(
  link: ReturnType<typeof open>,
  session: Parameters<typeof markedFrame>[0],
  run: number,
): Round {
  const frame = markedFrame(session, LENGTH, run);
  const view = new DataView(frame.buffer, frame.length - LENGTH);
  const round: Round = {
    run,
    trips: [],
    sent: 0,
    timer: setInterval(() => {
      view.setFloat64(PAYLOAD.time, performance.now());
      link.send(frame);
      round.sent++;
    }, INTERVAL),
  };
  return round;
}

async function end({ timer, trips, sent }: Round): Promise<Noticed> {
  clearInterval(timer);
  const deadline = performance.now() + PATIENCE;
  while (trips.length < sent && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
  trips.sort((a, b) => a - b);
  const [p50, p99, longest] = [0.5, 0.99, 1].map((share) => quantile(trips, share));
  return { sent, lost: sent - trips.length, p50, p99, longest };
}

function open(name: string) {
  return openLink({
    interface: name,
    promiscuous: true,
    etherTypes: [ETHERTYPE_SESSION, ETHERTYPE_SESSION],
    waitAside: true, // otherwise the timer waits for the link
  });
}

function sink(
  seen: (bytes: Uint8Array, offset: number, length: number, view: DataView) => void,
): FrameSink {
  return {
    frame: (bytes, view, offset, length) => seen(bytes, offset, length, view),
    batchEnd() {},
    state() {},
  };
}

if (import.meta.main) await main(Deno.args);
