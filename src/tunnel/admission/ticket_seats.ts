import type { Seat } from "./seat.ts";
import type { Ticket } from "./ticket.ts";

/** Minimum time between two places for a client's tickets that are not its newest. Milliseconds. */
const OLD_PAUSE = 1_000;
/** Maximum clients remembered; the least recently seen one is evicted. */
const MAX_CLIENTS = 16_384;

interface Holder {
  /** Number of the newest ticket. */
  newest: number;
  /** When a ticket that was not newer last got a place. */
  old: number;
  seat: Seat | undefined;
}

/**
 * Decides which tickets give a place; each client has at most one such place. Its newest ticket
 * gets it. Any other is a replay by an attacker, or from a client whose clock was set back: it gets
 * the place only if that is free, and at most once per second.
 */
export class TicketSeats {
  #now: () => number;
  #holders = new Map<string, Holder>();

  /** `now` returns milliseconds of a monotonic clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Decides whether a ticket gives a place. Returns the client's connection that must give up its
   * place, if any; undefined if the ticket gives none.
   */
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

  /** Records the connection that got the place from `take`. */
  hold({ client }: Ticket, seat: Seat): void {
    const holder = this.#holders.get(client);
    if (holder !== undefined) holder.seat = seat;
  }

  /** Records that a connection has left its place. */
  leave({ client }: Ticket, seat: Seat): void {
    const holder = this.#holders.get(client);
    if (holder?.seat === seat) holder.seat = undefined;
  }

  /**
   * Records a login: the client's numbers continue from this ticket, even if its clock was set
   * back.
   */
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
