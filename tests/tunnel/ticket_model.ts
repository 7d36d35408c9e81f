/** Which tickets give a place: the newest of each client, others once a second where none has it. */
import type { Ticket } from "../../src/tunnel/ticket.ts";

/** Says of each ticket whether it gives a place. */
export class TicketModel {
  #newest = new Map<string, number>();
  #old = new Map<string, number>();
  #holders = new Map<string, Ticket>();

  /** Whether it does at this time, in milliseconds; its client has the place then. */
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
