import { isIP } from "node:net";
import type { Endpoint } from "./endpoint.ts";
import { type Resolve, resolveName } from "./tcp_connect.ts";

/**
 * Asks for the addresses of a name beside an attempt to connect, which does not say how far it has
 * come when its time is over.
 */
export class NameLookup {
  #isDone: boolean;

  constructor({ host }: Endpoint, resolve: Resolve = resolveName) {
    this.#isDone = isIP(host) !== 0;
    if (this.#isDone) return;
    const done = (): void => void (this.#isDone = true);
    resolve(host).then(done, done);
  }

  /** Returns why an attempt has failed whose time is over; `reason` is the signal's. */
  explain(reason: unknown): unknown {
    if (this.#isDone || !(reason instanceof Deno.errors.TimedOut)) return reason;
    return new Deno.errors.TimedOut(`Name not resolved: ${reason.message}`);
  }
}
