import { RecentCounts } from "./recent_counts.ts";

/** Two hosts that use one client's name; times are milliseconds of the wall clock. */
export interface NameConflict {
  readonly client: string;
  /** The address of the host that was refused last. */
  newcomer: string;
  /** The address of the client's tunnel. */
  holder: string;
  readonly first: number;
  last: number;
}

/** Time after which a conflict is over if no host was refused again, in milliseconds. */
const CONFLICT_OVER = 120_000;

/** What has happened lately, and what holds since when. Times are of the wall clock. */
export class Recent {
  readonly drops: RecentCounts;
  readonly rejected: RecentCounts;
  /** Frames that the kernel dropped, under the one name `frames`. */
  readonly kernelDrops: RecentCounts;
  /** Since when the interface is down, and why; undefined while it is up. */
  interfaceDown: { readonly since: number; readonly reason: string } | undefined;
  #holding = new Map<string, number>();
  #conflicts = new Map<string, NameConflict>();
  #wallClock: () => number;

  /** Both clocks are in milliseconds; `now` is monotonic. */
  constructor(wallClock: () => number, now: () => number) {
    this.#wallClock = wallClock;
    this.drops = new RecentCounts(now);
    this.rejected = new RecentCounts(now);
    this.kernelDrops = new RecentCounts(now);
  }

  /** Records that the interface is up or down. */
  interfaceState(up: boolean, reason: string): void {
    this.interfaceDown = up ? undefined : { since: this.#wallClock(), reason };
  }

  /** Records whether a condition holds now; returns since when, or undefined if it does not. */
  holds(condition: string, isTrue: boolean): number | undefined {
    if (!isTrue) this.#holding.delete(condition);
    else if (!this.#holding.has(condition)) this.#holding.set(condition, this.#wallClock());
    return this.#holding.get(condition);
  }

  /** Records that a host was refused because another one has its name. Only clients get so far. */
  nameInUse(client: string, newcomer: string, holder: string): void {
    const now = this.#wallClock();
    const known = this.#conflicts.get(client);
    const isSame = known !== undefined && now - known.last < CONFLICT_OVER;
    this.#conflicts.set(client, {
      ...{ client, newcomer, holder, last: now },
      first: isSame ? known.first : now,
    });
  }

  /** The conflicts about names that last. */
  conflicts(): NameConflict[] {
    const end = this.#wallClock() - CONFLICT_OVER;
    for (const [client, { last }] of this.#conflicts) {
      if (last <= end) this.#conflicts.delete(client);
    }
    return [...this.#conflicts.values()];
  }
}
