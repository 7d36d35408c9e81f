/** Which tickets give a place: the newest of each client, others once a second where none has it. */
import type { Ticket } from "../../src/tunnel/ticket.ts";

/** Says of each ticket whether it gives a place. */
export class TicketModel {
  #newest = new Map<string, number>();
  #old = new Map<string, number>();
  #holds = new Set<string>();

  /** Whether it does at this time, in milliseconds; its client has the place then. */
  take({ client, number }: Ticket, time: number): boolean {
    if (number <= (this.#newest.get(client) ?? -1)) {
      if (this.#holds.has(client)) return false;
      if (time - (this.#old.get(client) ?? -Infinity) < 1_000) return false;
      this.#old.set(client, time);
    } else this.#newest.set(client, number);
    this.#holds.add(client);
    return true;
  }

  leave({ client }: Ticket): void {
    this.#holds.delete(client);
  }

  loggedIn({ client, number }: Ticket): void {
    this.#newest.set(client, number);
  }
}
