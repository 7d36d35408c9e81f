import type { Mac } from "../src/pppoe/mac.ts";
import { SESSION_HEADER } from "../src/pppoe/constants.ts";
import { sessionFrame } from "../tests/lab/peers/observed.ts";

/**
 * Frames of one session in one direction: where they are sent, their header, and where they arrive.
 */
export interface Flow {
  from: string;
  to: string;
  source: Mac;
  destination: Mac;
  /** PPPoE session id. */
  id: number;
}

/** The load of a generator; the flows take turns. */
export interface Load {
  flows: readonly Flow[];
  /** Frame size without the check sequence, in bytes. */
  size: number;
  /** Frames per second in total; 0 for the maximum. */
  rate: number;
  seconds: number;
  /** Marks the frames of this run. */
  run: number;
}

/** What a generator is asked; it keeps interfaces open until it is asked to close them. */
export type GeneratorRequest = Load | "close";

/** The result of a generator. */
export interface Sent {
  sent: number;
  /** Frames per second. */
  offered: number;
}

/** What a sink watches for. */
export interface Watch extends Pick<Load, "run"> {
  /** Number of flows. */
  flows: number;
  interfaces: readonly string[];
}

/** What a sink is asked: to watch, then for what it has seen. */
export type SinkRequest = Watch | "report" | "close";

/** The result of a sink. Latencies are one-way, in microseconds. */
export interface Seen {
  received: number;
  p50: number;
  p99: number;
  /** Median latency of the last frames: high if a queue remains. */
  tail: number;
  /** Number of frames by latency; see latency_histogram.ts. */
  histogram: number[];
  /** Seconds from the first frame to the last. */
  seconds: number;
  /** Number of frames received per flow. */
  byFlow: number[];
}

/** Marks the payload of a benchmark frame: IPv4 in PPP, and a magic number. */
const MARK = 0x0021_b5c4;

/** Offsets of mark, run, number, time (milliseconds) and flow in a payload. */
export const PAYLOAD = { mark: 0, run: 4, number: 8, time: 12, flow: 20, end: 24 } as const;

/** Builds a frame of a flow with `length` bytes of payload, marked with a run. */
export function markedFrame(flow: Flow, length: number, run: number): Uint8Array<ArrayBuffer> {
  const payload = new Uint8Array(length);
  const view = new DataView(payload.buffer);
  view.setUint32(PAYLOAD.mark, MARK);
  view.setUint32(PAYLOAD.run, run);
  const frame = sessionFrame(flow.destination, flow.source, flow.id, payload);
  return frame as Uint8Array<ArrayBuffer>;
}

/** Returns the offset of the payload of a received frame of this run; otherwise -1. */
export function payloadOfRun(view: DataView, offset: number, length: number, run: number): number {
  const at = offset + SESSION_HEADER;
  if (length < SESSION_HEADER + PAYLOAD.end || view.getUint32(at + PAYLOAD.mark) !== MARK) {
    return -1;
  }
  return view.getUint32(at + PAYLOAD.run) === run ? at : -1;
}
