/** Which tickets give a place: each client's newest, others once a second if the place is free. */
import type { Ticket } from "../../src/tunnel/admission/ticket.ts";

/** Predicts whether a ticket gives a place. */
export class TicketModel {
  #newest = new Map<string, number>();
  #old = new Map<string, number>();
  #holders = new Map<string, Ticket>();

  /**
   * Whether a ticket gives a place at this time, in milliseconds; if so, its client has the place.
   */
  take(ticket: Ticket, time: number): boolean {
    const { client, number } = ticket;
    if (number <= (this.#newest.get(client) ?? -1)) {
      if (this.#holders.has(client)) return false;
      if (time - (this.#old.get(client) ?? -Infinity) < 1_000) return false;
      this.#old.set(client, time);
    } else this.#newest.set(client, number);
    this.#holders.set(client, ticket);
    return true;
  }

  leave(ticket: Ticket): void {
    if (this.#holders.get(ticket.client) === ticket) this.#holders.delete(ticket.client);
  }

  loggedIn({ client, number }: Ticket): void {
    this.#newest.set(client, number);
  }
}
