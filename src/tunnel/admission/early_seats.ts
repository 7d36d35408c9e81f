import { Group, pick, type Seat } from "./seat.ts";

/**
 * Maximum number of strangers' QUIC connections between their handshake and their login. QUIC keeps
 * stream data that arrives behind a gap, 1.25 MB per connection, and Deno does not show it.
 */
const MAX_EARLY = 48;
/** How long a login over QUIC may take until it is evicted first, in milliseconds. */
const SLOW_AFTER = 500;

/** Dependencies of {@linkcode EarlySeats}. */
export interface EarlySeatsOptions {
  /** Milliseconds of a monotonic clock. */
  now: () => number;
  /** Random numbers in [0, 1). */
  random: () => number;
}

/**
 * The places of strangers over QUIC that have opened their stream. Every newcomer gets one: a slow
 * connection, or else a random one, is evicted for it, so that no stranger keeps one without logging in.
 */
export class EarlySeats {
  #options: EarlySeatsOptions;
  #group = new Group();

  constructor(options: EarlySeatsOptions) {
    this.#options = options;
  }

  /** Counts a connection until it leaves its place; returns the one to evict for it, if any. */
  add(seat: Seat): Seat | undefined {
    const evicted = this.#group.size < MAX_EARLY ? undefined : this.#victim();
    seat.groups = [...seat.groups, this.#group];
    this.#group[seat.stage].add(seat);
    return evicted;
  }

  #victim(): Seat | undefined {
    const { now, random } = this.#options;
    const [oldest] = this.#group.busy;
    if (oldest === undefined || now() - oldest.since >= SLOW_AFTER) return oldest;
    return pick(this.#group.busy, random());
  }
}
