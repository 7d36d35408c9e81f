import type { Networks } from "./network.ts";
import type { Standing } from "./reputation.ts";
import type { Ticket } from "./ticket.ts";

/** Progress of a connection: waiting for its hello, for its turn, or for the rest of its login. */
export type Stage = "silent" | "queued" | "busy";

/** Rank of a place: its address's standing, or higher with a client's ticket. */
export type Rank = Standing | "ticketed";

/** Ranks, starting with the one that is evicted first. */
export const RANKS: readonly Rank[] = ["failed", "new", "known", "ticketed"];

/** Why a connection gets no place. */
export type NoPlace =
  /** Its address has reached its limit. */
  | "address-limit"
  /** Its /56 or /48 has reached its limit. */
  | "network-limit"
  /** Most places are taken: strangers are refused at random, or all are refused. */
  | "places-short"
  /** It was slow or had not sent its hello, and its place was needed. */
  | "displaced";

/** A place among the connections that have not authenticated yet. */
export interface Place {
  readonly networks: Networks;
  readonly standing: Standing;
  /** Whether it exceeds its address's limit, so that its hello must arrive within `HELLO_TIME`. */
  readonly brief: boolean;
}

/** A connection that holds a place. */
export interface Guest {
  /** Called when its place is taken away; must not call the admission. */
  displace(): void;
  /** Whether its hello has arrived but has not been reported to the admission yet. */
  hasSpoken?(): boolean;
}

/** Time for a hello, in milliseconds: a client sends it right after TCP's handshake. */
export const HELLO_TIME = 300;

/**
 * How long a connection may stay at a stage before it counts as slow, in milliseconds. A client may
 * have to wait for its turn, and then needs three round trips.
 */
const STAGE_TIMEOUT: Readonly<Record<Stage, number>> = {
  silent: HELLO_TIME,
  queued: Infinity,
  busy: 1_500,
};

/** A place and the state of its connection. */
export interface Seat {
  readonly place: Place;
  readonly guest: Guest;
  /** Keys of the networks in which it is counted. */
  keys: readonly string[];
  /** All groups in which it is counted. */
  groups: readonly Group[];
  rank: Rank;
  ticket: Ticket | undefined;
  stage: Stage;
  /** When the stage began. */
  since: number;
}

/** Whether a connection has been at its stage for too long. */
export function isSlow({ stage, since }: Seat, now: number): boolean {
  return now - since >= STAGE_TIMEOUT[stage];
}

/** Maximum sockets checked for a hello before another connection is displaced instead. */
const MAX_LOOKS = 4;

/** Connections counted together, by stage, each stage in order of arrival. */
export class Group {
  readonly silent = new Set<Seat>();
  readonly queued = new Set<Seat>();
  readonly busy = new Set<Seat>();

  get size(): number {
    return this.silent.size + this.greeted;
  }

  /** Number of connections that have sent their hello. */
  get greeted(): number {
    return this.queued.size + this.busy.size;
  }

  /** The connection that has been busy longest, if it is slow. */
  slow(now: number): Seat | undefined {
    const [first] = this.busy;
    return first !== undefined && isSlow(first, now) ? first : undefined;
  }

  /** The connection longest without a hello: a client sends its hello before many others arrive. */
  oldestSilent(): Seat | undefined {
    let looks = 0;
    for (const seat of this.silent) {
      if (++looks > MAX_LOOKS || !seat.guest.hasSpoken?.()) return seat;
    }
    return undefined;
  }

  /** The greeted connection that has been busy longest or, if none is busy, queued longest. */
  oldestGreeted(): Seat | undefined {
    for (const stage of [this.busy, this.queued]) {
      for (const seat of stage) return seat;
    }
    return undefined;
  }
}

/** The element at a relative position (0 to 1) of a set. */
export function pick(seats: Set<Seat>, part: number): Seat {
  let left = Math.floor(part * seats.size);
  for (const seat of seats) if (left-- === 0) return seat;
  throw new RangeError("Cannot pick from an empty set");
}
