import type { Peer } from "./session.ts";

/** Numbers the peers that have sessions in a table; a number is free again when it has none. */
export class PeerNumbers {
  /** Peers by number. */
  readonly peers: (Peer | undefined)[] = [];
  #entries = new Map<Peer, { readonly number: number; sessions: number }>();
  #free: number[] = [];

  /** Counts a session of a peer; returns its number. */
  enter(peer: Peer): number {
    let entry = this.#entries.get(peer);
    if (entry === undefined) {
      entry = { number: this.#free.pop() ?? this.peers.length, sessions: 0 };
      this.#entries.set(peer, entry);
      this.peers[entry.number] = peer;
    }
    entry.sessions++;
    return entry.number;
  }

  /** Counts off a session of a peer. */
  leave(peer: Peer): void {
    const entry = this.#entries.get(peer);
    if (entry === undefined || --entry.sessions > 0) return;
    this.#entries.delete(peer);
    this.peers[entry.number] = undefined;
    this.#free.push(entry.number);
  }
}
