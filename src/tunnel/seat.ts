import type { Networks } from "./network.ts";
import type { Standing } from "./reputation.ts";
import type { Ticket } from "./ticket.ts";

/** How far a connection has got: waiting for its hello, for its turn, for the rest. */
export type Stage = "silent" | "queued" | "busy";

/** What a place is worth: its address's standing, or more with a client's ticket. */
export type Rank = Standing | "ticketed";

/** Ranks from the one that gives way first. */
export const RANKS: readonly Rank[] = ["failed", "new", "known", "ticketed"];

/** A place among the connections that have not authenticated. */
export interface Place {
  readonly networks: Networks;
  readonly standing: Standing;
  /** It is beyond what its address may have, so that its hello has to come within `HELLO_TIME`. */
  readonly brief: boolean;
}

/** A connection that holds a place. */
export interface Guest {
  /** Its place is taken away; must not call back. */
  displace(): void;
  /** Whether its hello has come meanwhile, of which the admission hears in a moment. */
  hasSpoken?(): boolean;
}

/** Milliseconds in which a hello comes: a client says it right behind TCP's handshake. */
export const HELLO_TIME = 300;

/**
 * How long a connection may stay at a stage before it counts as slow, in milliseconds. A client
 * waits for its turn for as long as we make it, and then needs three round trips.
 */
const PATIENCE: Readonly<Record<Stage, number>> = {
  silent: HELLO_TIME,
  queued: Infinity,
  busy: 1_500,
};

/** A place and what is known of its connection. */
export interface Seat {
  readonly place: Place;
  readonly guest: Guest;
  /** Keys of the networks that it is counted with. */
  keys: readonly string[];
  /** All groups that it is counted with. */
  groups: readonly Group[];
  rank: Rank;
  ticket: Ticket | undefined;
  stage: Stage;
  /** When the stage began. */
  since: number;
}

/** Whether a connection has been at its stage for too long. */
export function isSlow({ stage, since }: Seat, now: number): boolean {
  return now - since >= PATIENCE[stage];
}

/** Looks at sockets before somebody else is displaced instead. */
const MAX_LOOKS = 4;

/** Connections that are counted together, by stage, and in the order in which they got there. */
export class Group {
  readonly silent = new Set<Seat>();
  readonly queued = new Set<Seat>();
  readonly busy = new Set<Seat>();

  get size(): number {
    return this.silent.size + this.greeted;
  }

  /** How many have said their hello. */
  get greeted(): number {
    return this.queued.size + this.busy.size;
  }

  /** The one that has been busy longest, and too long. */
  slow(now: number): Seat | undefined {
    const [first] = this.busy;
    return first !== undefined && isSlow(first, now) ? first : undefined;
  }

  /** The one that has been without a hello longest: a client says it sooner than many a newcomer. */
  oldestSilent(): Seat | undefined {
    let looks = 0;
    for (const seat of this.silent) {
      if (++looks > MAX_LOOKS || !seat.guest.hasSpoken?.()) return seat;
    }
    return undefined;
  }

  /** One that has said its hello: the one that has been busy longest, or else has waited longest. */
  oldestGreeted(): Seat | undefined {
    for (const stage of [this.busy, this.queued]) {
      for (const seat of stage) return seat;
    }
    return undefined;
  }
}

/** The element at a part of a set's way. */
export function pick(seats: Set<Seat>, part: number): Seat {
  let left = Math.floor(part * seats.size);
  for (const seat of seats) if (left-- === 0) return seat;
  throw new RangeError("Cannot pick from an empty set");
}
