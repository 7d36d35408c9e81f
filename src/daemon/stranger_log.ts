import { suppressedFact } from "../line_limit.ts";
import type { Claim, TunnelEnd } from "../tunnel/close_reason.ts";
import { endFacts } from "./tunnel_end.ts";
import { networksOf } from "../tunnel/admission/network.ts";
import { printable } from "../printable.ts";
import { count } from "../proxy/session/discovery_stats.ts";

/** Maximum number of lines in a burst, and the time after which one more is allowed. */
const BURST = 20;
const RECOVERY = 5_000;
/** Minimum time between two lines about one network, in milliseconds. */
const NETWORK_PAUSE = 10_000;
/** Maximum number of networks remembered. */
const MAX_NETWORKS = 256;
/** Interval between summaries of suppressed lines, in milliseconds. */
const SUMMARY = 10_000;

/** Outputs for refused connections: one line each, or a count of those left out. */
export interface StrangerLogOptions {
  now: () => number;
  later: (milliseconds: number, run: () => void) => void;
  /** Logs one connection. */
  line(facts: Record<string, unknown>): void;
  /** Logs how many more, by reason, in the last `seconds`. */
  summary(facts: Record<string, unknown>): void;
}

/**
 * Logs refused connections, limited per network and in total: a stranger can use any number of
 * addresses, and a /48 has 65,536 /64s.
 */
export class StrangerLog {
  #options: StrangerLogOptions;
  /**
   * Time until which each network gets no further line, latest last; keyed by its widest prefix.
   */
  #quiet = new Map<string, number>();
  /** Time at which the line limit is fully replenished. */
  #due = 0;
  #unreported: Record<string, number> = {};
  #since: number | undefined;

  constructor(options: StrangerLogOptions) {
    this.#options = options;
  }

  /** Handles a connection from `host`, logged as `address`, that ended before authentication. */
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
    this.#options.line({ address, ...claimFacts(end), ...endFacts("server", end) });
  }

  #leaveOut(end: TunnelEnd, now: number): void {
    count(this.#unreported, end.reason);
    if (this.#since !== undefined) return;
    this.#since = now;
    this.#options.later(SUMMARY, () => this.#summarise());
  }

  #summarise(): void {
    const seconds = Math.round((this.#options.now() - (this.#since ?? 0)) / 1_000);
    const suppressed = Object.values(this.#unreported).reduce((sum, each) => sum + each, 0);
    this.#options.summary({ ...suppressedFact(suppressed), seconds, reasons: this.#unreported });
    this.#unreported = {};
    this.#since = undefined;
  }
}

/**
 * Returns the name that a failed login claimed, and for a wrong proof whether such a client exists:
 * the peer never learns that.
 */
function claimFacts({ reason, by, claim }: TunnelEnd): Record<string, string> {
  if (claim === undefined) return {};
  const claimed = { "claimed_name": printable(claim.name) };
  if (reason !== "not-authenticated" || by !== "us") return claimed;
  return { ...claimed, cause: claimCause(claim) };
}

/** Why a wrong proof is wrong, in words. */
export function claimCause({ isKnown }: Claim): string {
  return isKnown
    ? "the secret does not match that of the client"
    : "no client of this name is configured";
}
