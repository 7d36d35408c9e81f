import { CustomerRates } from "../../limits/customer_rates.ts";
import { SharedRate } from "../../limits/shared_rate.ts";
import { loginRefusal } from "../../pppoe/authentication.ts";
import type { ProxyOptions } from "./proxy_options.ts";
import type { Peer, Session } from "./session.ts";

/** Refusals per second that are reported: of one customer, also guaranteed to each client. */
const OF_CUSTOMER = { rate: 1, burst: 4 };
/** Of all clients, in addition: more tell nothing new, and an AC could send any number. */
const MOST = { rate: 10, burst: 32 };

/** Dependencies of {@linkcode LoginRefusals}. */
export type LoginRefusalsOptions = Pick<
  ProxyOptions,
  "now" | "randomBytes" | "story" | "loginRefused"
>;

/** Reports the logins that ACs refuse, as PPP's answers pass to customers. */
export class LoginRefusals {
  #options: LoginRefusalsOptions;
  #byCustomer: CustomerRates<Peer>;
  #byPeer = new SharedRate<Peer>({ floor: OF_CUSTOMER, each: MOST, all: MOST });

  constructor(options: LoginRefusalsOptions) {
    this.#options = options;
    this.#byCustomer = new CustomerRates(OF_CUSTOMER, options.now, options.randomBytes);
  }

  /** Looks at a packet of an authentication protocol, `length` bytes at `at`, from the AC. */
  packet(session: Session, bytes: Uint8Array, at: number, length: number): void {
    const { now, story, loginRefused } = this.#options;
    const refusal = loginRefusal(bytes, at, length);
    if (refusal === undefined) return;
    if (!this.#byCustomer.take(session.peer, session.customer)) return;
    if (!this.#byPeer.take(session.peer, now())) return;
    story?.loginRefused(session, refusal);
    loginRefused?.(session, refusal);
  }
}
