import type { Mac } from "../src/pppoe/mac.ts";
import { SESSION_HEADER } from "../src/pppoe/constants.ts";
import { sessionFrame } from "../tests/lab/peers/observed.ts";

/** One session's frames, one way: where they are sent, by which head, and where they arrive. */
export interface Flow {
  from: string;
  to: string;
  source: Mac;
  destination: Mac;
  /** PPPoE session id. */
  id: number;
}

/** What a generator sends: the flows take turns. */
export interface Load {
  flows: readonly Flow[];
  /** Bytes of a frame without its check sequence. */
  size: number;
  /** Frames a second in all; 0 for as many as there can be. */
  rate: number;
  seconds: number;
  /** Marks the frames of this run. */
  run: number;
}

/** What a sink has seen. Latencies are one way, in microseconds. */
export interface Seen {
  received: number;
  p50: number;
  p99: number;
  /** Median latency of the last frames: high where a queue stands. */
  tail: number;
  /** Seconds from the first frame to the last. */
  seconds: number;
  /** Frames received of each flow. */
  byFlow: number[];
}

/** What marks a payload of ours: IPv4 in PPP, and a word. */
const MARK = 0x0021_b5c4;

/** Where a payload bears its mark, run, number, time (milliseconds) and flow. */
export const PAYLOAD = { mark: 0, run: 4, number: 8, time: 12, flow: 20, end: 24 } as const;

/** A whole frame of a flow with `length` bytes of payload, which bear the mark of a run. */
export function markedFrame(flow: Flow, length: number, run: number): Uint8Array<ArrayBuffer> {
  const payload = new Uint8Array(length);
  const view = new DataView(payload.buffer);
  view.setUint32(PAYLOAD.mark, MARK);
  view.setUint32(PAYLOAD.run, run);
  const frame = sessionFrame(flow.destination, flow.source, flow.id, payload);
  return frame as Uint8Array<ArrayBuffer>;
}

/** Where the payload of a received frame begins if it is of this run; else -1. */
export function payloadOfRun(view: DataView, offset: number, length: number, run: number): number {
  const at = offset + SESSION_HEADER;
  if (length < SESSION_HEADER + PAYLOAD.end || view.getUint32(at + PAYLOAD.mark) !== MARK) {
    return -1;
  }
  return view.getUint32(at + PAYLOAD.run) === run ? at : -1;
}
