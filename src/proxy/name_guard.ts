import type { ProvenClient } from "../tunnel/authenticate.ts";
import type { Member } from "./session.ts";

/**
 * Milliseconds in which a tunnel has to answer when its client logs in anew: more than a round trip,
 * and little for a client whose address has changed and whose old tunnel is dead.
 */
const PATIENCE = 1_200;
/** Newcomers of one name that wait for the answer; more are refused at once. */
const MAX_WAITING = 4;

/** What a guard is made of. */
export interface NameGuardOptions {
  /** Who has, or had, tunnels. */
  members: ReadonlyMap<string, Pick<Member, "tunnel" | "joining">>;
  /** A name is used from two addresses at once. */
  conflict: (client: string, newcomer: string, holder: string) => void;
}

/**
 * Sees to it that two machines with the same name and secret do not throw each other out again and
 * again: while the tunnel of a name answers, a newcomer is refused. Where it is silent, its client
 * is back by another way, and takes over.
 */
export class NameGuard {
  #options: NameGuardOptions;
  /** Where the tunnel of each name comes from. */
  #holders = new Map<string, string>();
  #waiting = new Map<string, number>();

  constructor(options: NameGuardOptions) {
    this.#options = options;
  }

  /** Resolves when a client may take its name; refuses it, and throws that, when it may not. */
  async admit(client: ProvenClient, address: string): Promise<void> {
    const member = this.#options.members.get(client.name);
    const tunnel = member?.joining ?? member?.tunnel;
    if (tunnel === undefined) return;
    const waiting = this.#waiting.get(client.name) ?? 0;
    this.#waiting.set(client.name, waiting + 1);
    const isTaken = waiting >= MAX_WAITING || await tunnel.answers(PATIENCE);
    this.#leave(client.name);
    if (!isTaken) return;
    const holder = this.#holders.get(client.name) ?? "another address";
    this.#options.conflict(client.name, address, holder);
    await client.refuse("name-in-use", `a tunnel of this name from ${holder} is up and answers`);
  }

  /** The tunnel of a client comes from there now. */
  hold(client: string, address: string): void {
    this.#holders.set(client, address);
  }

  /** The tunnel from there has ended. */
  release(client: string, address: string): void {
    if (this.#holders.get(client) === address) this.#holders.delete(client);
  }

  #leave(name: string): void {
    const waiting = (this.#waiting.get(name) ?? 1) - 1;
    if (waiting === 0) this.#waiting.delete(name);
    else this.#waiting.set(name, waiting);
  }
}
