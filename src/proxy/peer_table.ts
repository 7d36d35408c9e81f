import { newPeer, type Peer } from "./session/session.ts";

/** Maximum number of peers remembered without a tunnel or sessions; evicts the longest gone. */
const MAX_FORMER = 1_024;

/** The peers of a process, by name. */
export class PeerTable {
  /** Peers with a tunnel, a tunnel being set up, or held sessions. */
  readonly peers = new Map<string, Peer>();
  /** Former peers: when one returns, the handles of its ended sessions are still recognised. */
  #former = new Map<string, Peer>();
  #now: () => number;
  #prefixOf: (name: string) => string | undefined;

  /**
   * `now` is a monotonic clock, in milliseconds. `prefixOf` returns what precedes the handle in the
   * names of a peer's sessions, undefined for the peer's name.
   */
  constructor(now: () => number, prefixOf: (name: string) => string | undefined) {
    this.#now = now;
    this.#prefixOf = prefixOf;
  }

  /** Returns the peer of this name, new or as it was left. */
  enter(name: string): Peer {
    const found = this.peers.get(name) ?? this.#former.get(name) ??
      newPeer(name, this.#now(), this.#prefixOf(name));
    this.#former.delete(name);
    this.peers.set(name, found);
    return found;
  }

  /** Makes a peer a former one if it has no tunnel and no sessions. */
  release(peer: Peer): void {
    if (peer.tunnel !== undefined || peer.joining !== undefined || peer.sessions > 0) return;
    this.peers.delete(peer.name);
    this.#former.set(peer.name, peer);
    if (this.#former.size <= MAX_FORMER) return;
    for (const oldest of this.#former.keys()) return void this.#former.delete(oldest);
  }
}
