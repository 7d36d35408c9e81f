import { suppressedFact } from "../line_limit.ts";
import type { TunnelEnd } from "../tunnel/close_reason.ts";
import { networksOf } from "../tunnel/network.ts";
import { count } from "./tallies.ts";

/** Lines at once after a quiet time, and the time that one of them takes to come back. */
const BURST = 20;
const RECOVERY = 5_000;
/** One network gets a line in so many milliseconds. */
const NETWORK_PAUSE = 10_000;
/** Networks that are remembered to have got one. */
const MAX_NETWORKS = 256;
/** How often it is told what was left out. Milliseconds. */
const SUMMARY = 10_000;

/** What is told of refused connections: one of them, or how many were not told of. */
export interface StrangerLogOptions {
  now: () => number;
  later: (milliseconds: number, run: () => void) => void;
  /** One connection. */
  line(facts: Record<string, unknown>): void;
  /** So many more, by reason, in the last `seconds`. */
  summary(facts: Record<string, unknown>): void;
}

/**
 * Tells of connections that were turned away, in lines bounded by network and in all: a stranger
 * has as many addresses as it likes, and a /48 has 65,536 /64s.
 */
export class StrangerLog {
  #options: StrangerLogOptions;
  /** Until when each network gets no further line, the latest last; its widest stands for it. */
  #quiet = new Map<string, number>();
  /** When all lines so far would be paid for. */
  #due = 0;
  #untold: Record<string, number> = {};
  #since: number | undefined;

  constructor(options: StrangerLogOptions) {
    this.#options = options;
  }

  /** A connection from `host`, with its address as it is told, has ended before authentication. */
  rejected(host: string, address: string, end: TunnelEnd): void {
    const now = this.#options.now();
    const { own, wide } = networksOf(host);
    const network = wide.at(-1) ?? own;
    const quiet = (this.#quiet.get(network) ?? 0) > now;
    if (quiet || this.#due - now > (BURST - 1) * RECOVERY) return this.#leaveOut(end, now);
    this.#due = Math.max(this.#due, now) + RECOVERY;
    this.#quiet.delete(network);
    this.#quiet.set(network, now + NETWORK_PAUSE);
    for (const oldest of this.#quiet.keys()) {
      if (this.#quiet.size <= MAX_NETWORKS) break;
      this.#quiet.delete(oldest);
    }
    this.#options.line({ address, ...endFacts(end) });
  }

  #leaveOut(end: TunnelEnd, now: number): void {
    count(this.#untold, end.reason);
    if (this.#since !== undefined) return;
    this.#since = now;
    this.#options.later(SUMMARY, () => this.#summarise());
  }

  #summarise(): void {
    const seconds = Math.round((this.#options.now() - (this.#since ?? 0)) / 1_000);
    const suppressed = Object.values(this.#untold).reduce((sum, each) => sum + each, 0);
    this.#options.summary({ ...suppressedFact(suppressed), seconds, reasons: this.#untold });
    this.#untold = {};
    this.#since = undefined;
  }
}

/** How a tunnel ended, as facts of a line. */
export function endFacts(end: TunnelEnd): Record<string, string> {
  return { reason: end.reason, by: end.by, ...(end.detail !== "" && { detail: end.detail }) };
}
