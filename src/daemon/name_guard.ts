import type { ProvenClient } from "../tunnel/authenticate.ts";
import type { Peer } from "../proxy/session/session.ts";

/**
 * Time for a tunnel to answer when its client logs in again, in milliseconds: more than a round
 * trip, and short for a client whose address has changed and whose old tunnel is dead.
 */
const ANSWER_TIMEOUT = 1_200;
/** Maximum number of newcomers of one name that wait for the answer; more are refused at once. */
const MAX_WAITING = 4;

/** Dependencies of a name guard. */
export interface NameGuardOptions {
  /** Peers that have or had tunnels. */
  peers: ReadonlyMap<string, Pick<Peer, "tunnel" | "joining">>;
  /** Reports a name in use at two addresses at once. */
  conflict: (client: string, newcomer: string, holder: string) => void;
}

interface Holder {
  readonly address: string;
  readonly instance: string | undefined;
}

/**
 * Prevents two machines with the same name and secret from ending each other's tunnel in turn:
 * while the tunnel of a name answers, a newcomer is refused. If it is silent, the client has
 * reconnected on another path, and takes over. The same process may always take over.
 */
export class NameGuard {
  #options: NameGuardOptions;
  /** The tunnel of each name. */
  #holders = new Map<string, Holder>();
  #waiting = new Map<string, number>();

  constructor(options: NameGuardOptions) {
    this.#options = options;
  }

  /** Resolves when a client may take its name; otherwise refuses the client and throws. */
  async admit(client: ProvenClient, address: string): Promise<void> {
    const peer = this.#options.peers.get(client.name);
    const tunnel = peer?.joining ?? peer?.tunnel;
    if (tunnel === undefined) return;
    const holder = this.#holders.get(client.name);
    if (client.instance !== undefined && client.instance === holder?.instance) return;
    const waiting = this.#waiting.get(client.name) ?? 0;
    this.#waiting.set(client.name, waiting + 1);
    const isTaken = waiting >= MAX_WAITING || await tunnel.answers(ANSWER_TIMEOUT);
    this.#leave(client.name);
    if (!isTaken) return;
    const place = this.#holders.get(client.name)?.address ?? "another address";
    this.#options.conflict(client.name, address, place);
    await client.refuse("name-in-use", `a tunnel of this name from ${place} is up and answers`);
  }

  /** Records the address of a client's tunnel. */
  hold({ name, instance }: Pick<ProvenClient, "name" | "instance">, address: string): void {
    this.#holders.set(name, { address, instance });
  }

  /** Records that a tunnel's address has changed. */
  moved(client: string, from: string, address: string): void {
    const holder = this.#holders.get(client);
    if (holder?.address === from) this.#holders.set(client, { ...holder, address });
  }

  /** Records that the tunnel from this address has ended. */
  release(client: string, address: string): void {
    if (this.#holders.get(client)?.address === address) this.#holders.delete(client);
  }

  #leave(name: string): void {
    const waiting = (this.#waiting.get(name) ?? 1) - 1;
    if (waiting === 0) this.#waiting.delete(name);
    else this.#waiting.set(name, waiting);
  }
}
