import type { Mac } from "../src/pppoe/mac.ts";

/** What a generator sends. */
export interface Load {
  /** Interface, and the head of the frames. */
  from: string;
  source: Mac;
  destination: Mac;
  /** PPPoE session id. */
  id: number;
  /** Bytes of a frame without its check sequence. */
  size: number;
  /** Frames a second; 0 for as many as there can be. */
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
}

/** What marks a payload of ours: IPv4 in PPP, and a word. */
export const MARK = 0x0021_b5c4;

/** Where a payload bears its mark, run, number and time. */
export const PAYLOAD = { mark: 0, run: 4, number: 8, time: 12, end: 20 } as const;
