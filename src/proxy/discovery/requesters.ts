/** Maximum number of clients with a number of their own: two bytes. */
const MAX_REQUESTERS = 0x1_0000;

/** A client whose requests a server has sent, whatever tunnel it has. */
export interface Requester {
  readonly number: number;
}

/**
 * Numbers the clients by name, so that two bytes of a token tell whose request an AC answers, even
 * after the request has been forgotten. Clients that exceed the numbers share the last one.
 */
export class Requesters {
  #byName = new Map<string, Requester>();
  #byNumber: Requester[] = [];

  /** Returns the client of this name, and numbers it if it is new. */
  named(name: string): Requester {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const number = this.#byNumber.length;
    if (number === MAX_REQUESTERS) return this.#byNumber[MAX_REQUESTERS - 1];
    const requester = { number };
    this.#byNumber.push(requester);
    this.#byName.set(name, requester);
    return requester;
  }

  /** Returns the client with this number, if any. */
  numbered(number: number): Requester | undefined {
    return this.#byNumber[number];
  }
}
