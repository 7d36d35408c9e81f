/**
 * Deno's QUIC by itself: two processes that only send and read datagrams, at the sizes and rates of
 * the daemons', so that what the daemons add can be told from what QUIC costs.
 */
import { makeSelfSigned } from "../src/cli/keygen/self_signed.ts";
import { cpuSince, cpuSnapshot } from "./process_figures.ts";
import { Station } from "./station.ts";

/** Datagrams to send. */
export interface QuicLoad {
  /** Bytes of each. */
  size: number;
  /** Datagrams per second; 0 for the maximum. */
  rate: number;
  seconds: number;
  /** Minimum time between two bursts in milliseconds. */
  interval: number;
  /** Marks the datagrams of this run. */
  run: number;
}

/** What has arrived. Latencies are one-way, in microseconds. */
export interface QuicSeen {
  received: number;
  /** Seconds from the first datagram to the last. */
  seconds: number;
  p50: number;
  p99: number;
}

/** What an end is asked. */
export type QuicEndRequest =
  | { listen: { certificate: string; key: string } }
  | { connect: { port: number; certificate: string } }
  | { watch: number }
  | { send: QuicLoad }
  | { report: true };

/** The result of a load. */
export interface QuicTrial extends QuicSeen {
  /** Datagrams per second that arrived. */
  delivered: number;
  /** Share of lost datagrams. */
  loss: number;
  /** CPU microseconds of both ends, per datagram. */
  cpu: number;
}

/** Time after the last datagram was sent in which those in transit arrive, in milliseconds. */
const TRANSIT = 60;
const DAYS = 2;

/** Two ends on loopback. */
export class QuicAlone implements Disposable {
  #receiver = new Station("quic_end.ts");
  #sender = new Station("quic_end.ts");
  #runs = 0;

  /** Connects the ends; returns the maximum size of a datagram. */
  async open(): Promise<number> {
    const { certificate, key } = await makeSelfSigned("localhost", DAYS, new Date());
    const port = await ask<number>(this.#receiver, { listen: { certificate, key } });
    return await ask<number>(this.#sender, { connect: { port, certificate } });
  }

  /** Sends a load and measures what arrives. */
  async try(load: Omit<QuicLoad, "run">): Promise<QuicTrial> {
    const pids = [this.#receiver.pid, this.#sender.pid];
    const run = ++this.#runs;
    await ask<null>(this.#receiver, { watch: run });
    const before = cpuSnapshot(pids);
    const sent = await ask<number>(this.#sender, { send: { ...load, run } });
    await new Promise((resolve) => setTimeout(resolve, TRANSIT));
    const cpu = cpuSince(before, pids);
    const seen = await ask<QuicSeen>(this.#receiver, { report: true });
    return {
      ...seen,
      delivered: seen.received / Math.max(seen.seconds, 0.001),
      loss: 1 - seen.received / sent,
      cpu: cpu / seen.received * 1e6,
    };
  }

  [Symbol.dispose](): void {
    for (const end of [this.#sender, this.#receiver]) end.stop();
  }
}

async function ask<Answer>(end: Station, request: QuicEndRequest): Promise<Answer> {
  return await end.ask<Answer>(request);
}
