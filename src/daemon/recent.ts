import type { TunnelEnd } from "../tunnel/close_reason.ts";
import { Failures } from "./failures.ts";
import { DropLog } from "./notable_drops.ts";
import { RecentCounts } from "./recent_counts.ts";

/** Maximum number of ACs, of names and of other subjects with failures. */
const MOST_ACS = 16;
const MOST_NAMES = 1_024;
const MOST_CAUSES = 4;
/** Times after which a failure counts no longer if it does not happen again, in milliseconds. */
const CONFLICT_OVER = 120_000;
const LOGIN_OVER = 300_000;
const REFUSAL_OVER = 600_000;
const MTU_OVER = 3_600_000;
const LOSS_OVER = 600_000;
const CRASH_OVER = 3_600_000;

/** The addresses of two hosts that use one client's name. */
export interface NameConflict {
  /** The host that was refused last. */
  readonly newcomer: string;
  /** The host that has the tunnel. */
  readonly holder: string;
}

/** A login that failed. */
export interface LoginFailure {
  readonly address: string;
  readonly cause: string;
}

/** A tunnel that was lost. */
export interface TunnelLoss {
  /** Why, in words. */
  readonly cause: string;
  readonly reason: TunnelEnd["reason"];
}

/** A refusal of an AC, or of the server in its name. */
export interface Refusal {
  /** The AC's name, or its MAC address. */
  readonly ac: string;
  readonly customer: string;
  /** The error tags and their texts. */
  readonly words: string;
  /** Whether the server's proxy refused, rather than the AC. */
  readonly isServers: boolean;
  /** Whether a login in PPP was refused, rather than a session. */
  readonly isLogin?: boolean;
}

/** A PPP-Max-Payload that a host asked for, and what the interface allows, in bytes. */
export interface ShortMtu {
  readonly asked: number;
  readonly allowed: number;
}

/** What is said of an earlier process that did not stop. */
export interface Crash {
  readonly words: string;
  readonly remedy: string;
}

/** What has happened lately, and what holds since when. Times are of the wall clock. */
export class Recent {
  readonly drops: RecentCounts;
  readonly rejected: RecentCounts;
  readonly closed: RecentCounts;
  /** Frames that the kernel dropped, under the one name `frames`. */
  readonly kernelDrops: RecentCounts;
  readonly dropLog = new DropLog();
  /** Names that two hosts use, by client. Only clients get so far. */
  readonly conflicts: Failures<NameConflict>;
  /** Logins that failed, by the name of a configured client, or under "" and "certificate". */
  readonly logins: Failures<LoginFailure>;
  /** The process before this one, if it did not stop. */
  readonly crashes: Failures<Crash>;
  /** Tunnels that were lost, by peer. */
  readonly losses: Failures<TunnelLoss>;
  /** Refusals by the AC's MAC address. */
  readonly refusals: Failures<Refusal>;
  /** Why connections could not be accepted, in words, by these words. */
  readonly accepts: Failures<string>;
  /** By interface. */
  readonly shortMtus: Failures<ShortMtu>;
  /** Since when the interface is down, and why; undefined while it is up. */
  interfaceDown: { readonly since: number; readonly reason: string } | undefined;
  #holding = new Map<string, number>();
  #wallClock: () => number;

  /** Both clocks are in milliseconds; `now` is monotonic. */
  constructor(wallClock: () => number, now: () => number) {
    this.#wallClock = wallClock;
    this.drops = new RecentCounts(now);
    this.rejected = new RecentCounts(now);
    this.closed = new RecentCounts(now);
    this.kernelDrops = new RecentCounts(now);
    this.conflicts = new Failures(wallClock, { keep: CONFLICT_OVER, most: MOST_NAMES });
    this.logins = new Failures(wallClock, { keep: LOGIN_OVER, most: MOST_NAMES });
    this.crashes = new Failures(wallClock, { keep: CRASH_OVER, most: 1 });
    this.losses = new Failures(wallClock, { keep: LOSS_OVER, most: MOST_NAMES });
    this.refusals = new Failures(wallClock, { keep: REFUSAL_OVER, most: MOST_ACS });
    this.accepts = new Failures(wallClock, { keep: LOGIN_OVER, most: MOST_CAUSES });
    this.shortMtus = new Failures(wallClock, { keep: MTU_OVER, most: 1 });
  }

  /** Records that the interface is up or down; while it is down, the reason may change. */
  interfaceState(up: boolean, reason: string): void {
    const since = this.interfaceDown?.since ?? this.#wallClock();
    this.interfaceDown = up ? undefined : { since, reason };
  }

  /** Records whether a condition holds now; returns since when, or undefined if it does not. */
  holds(condition: string, isTrue: boolean): number | undefined {
    if (!isTrue) this.#holding.delete(condition);
    else if (!this.#holding.has(condition)) this.#holding.set(condition, this.#wallClock());
    return this.#holding.get(condition);
  }
}
