import type { Seat } from "./seat.ts";
import type { Ticket } from "./ticket.ts";

/** How often a ticket gets a place that is not newer than the newest seen. Milliseconds. */
const OLD_PAUSE = 1_000;
/** Clients remembered; the one that was heard of least lately goes. */
const MAX_CLIENTS = 16_384;

interface Holder {
  /** Number of the newest ticket. */
  newest: number;
  /** When a ticket that was not newer got a place. */
  old: number;
  seat: Seat | undefined;
}

/**
 * Which tickets give a place, of which each client has at most one. The newest ticket has it. Others
 * come from somebody who repeats what a client has said, or from a client whose clock went back: they
 * get a place that is free, once a second.
 */
export class TicketSeats {
  #now: () => number;
  #holders = new Map<string, Holder>();

  /** `now` gives milliseconds of a steady clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether a ticket gives a place, and which connection of the same client has to leave it. */
  take({ client, number }: Ticket): { former: Seat | undefined } | undefined {
    const now = this.#now();
    const holder = this.#holders.get(client) ?? { newest: -1, old: -Infinity, seat: undefined };
    if (number <= holder.newest) {
      if (holder.seat !== undefined || now - holder.old < OLD_PAUSE) return undefined;
      holder.old = now;
    }
    holder.newest = Math.max(holder.newest, number);
    this.#holders.delete(client);
    this.#holders.set(client, holder);
    this.#forgetOldest();
    return { former: holder.seat };
  }

  /** A connection has the place that `take` gave. */
  hold({ client }: Ticket, seat: Seat): void {
    const holder = this.#holders.get(client);
    if (holder !== undefined) holder.seat = seat;
  }

  /** A connection has left its place. */
  leave({ client }: Ticket, seat: Seat): void {
    const holder = this.#holders.get(client);
    if (holder?.seat === seat) holder.seat = undefined;
  }

  /** The client has logged in: it counts on from this ticket, whatever its clock was before. */
  loggedIn({ client, number }: Ticket): void {
    const holder = this.#holders.get(client);
    if (holder !== undefined) holder.newest = number;
  }

  #forgetOldest(): void {
    if (this.#holders.size <= MAX_CLIENTS) return;
    for (const [client, { seat }] of this.#holders) {
      if (seat !== undefined) continue;
      this.#holders.delete(client);
      return;
    }
  }
}
