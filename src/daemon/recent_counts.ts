/** Time for which a count is recent, in milliseconds. */
export const RECENT = 3_600_000;
/** Counts are kept by periods of this length, in milliseconds. */
const PERIOD = 60_000;

/** How often something happened recently; times are milliseconds of the clock. */
export interface RecentCount {
  count: number;
  first: number;
  last: number;
}

/** The recent part of counters that only grow. Keeps at most 61 periods of each name. */
export class RecentCounts {
  #now: () => number;
  #totals = new Map<string, number>();
  #periods = new Map<string, RecentCount[]>();

  /** `now` is a monotonic clock, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes note of the counters' values now; call it about once a second. */
  sample(totals: Readonly<Record<string, number>>): void {
    for (const [name, total] of Object.entries(totals)) {
      const added = total - (this.#totals.get(name) ?? 0);
      if (added > 0) this.#add(name, added);
      this.#totals.set(name, total);
    }
  }

  /** Returns what happened in the last hour, by name. */
  counts(): Record<string, RecentCount> {
    const counts: Record<string, RecentCount> = {};
    for (const name of this.#periods.keys()) {
      const periods = this.#recent(name);
      if (periods.length === 0) continue;
      const count = periods.reduce((sum, period) => sum + period.count, 0);
      counts[name] = { count, first: periods[0].first, last: periods[periods.length - 1].last };
    }
    return counts;
  }

  #add(name: string, count: number): void {
    const now = this.#now();
    const periods = this.#recent(name);
    const latest = periods.at(-1);
    if (latest === undefined || now - latest.first >= PERIOD) {
      periods.push({ count, first: now, last: now });
    } else {
      latest.count += count;
      latest.last = now;
    }
    this.#periods.set(name, periods);
  }

  /** The periods of a name, oldest first, without those that have passed. */
  #recent(name: string): RecentCount[] {
    const periods = this.#periods.get(name) ?? [];
    const end = this.#now() - RECENT;
    const kept = periods.filter(({ last }) => last > end);
    if (kept.length > 0) this.#periods.set(name, kept);
    else this.#periods.delete(name);
    return kept;
  }
}
