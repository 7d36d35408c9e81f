import { LineLimit } from "../line_limit.ts";

/** Lines of one kind and customer in a burst; beyond it, one a second. */
const CUSTOMER_BURST = 16;
/**
 * Lines of all customers of one client in a burst; beyond it, one a second. It is more than 8,000
 * sessions that end together and return; a client can forge any number of customers.
 */
const CLIENT_BURST = 16_384;

/** Limits the log lines of sessions, by customer and by client. */
export class SessionLines {
  #customers: LineLimit;
  #clients: LineLimit;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(now: () => number) {
    this.#customers = new LineLimit(now, CUSTOMER_BURST);
    this.#clients = new LineLimit(now, CLIENT_BURST);
  }

  /**
   * Calls `emit` with the number of lines suppressed before this one, unless it is suppressed too.
   * `what` is the kind of line and the customer.
   */
  log(client: string, what: string, emit: (suppressed: number) => void): void {
    this.#customers.log(`${what} ${client}`, (ofCustomer) => {
      this.#clients.log(client, (ofClient) => emit(ofCustomer + ofClient));
    });
  }
}
