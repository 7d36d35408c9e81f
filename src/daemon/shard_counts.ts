/** Numbers per shard. */
const SESSIONS = 0;
const CLIENTS = 1;
const NUMBERS = 2;

/**
 * The number of sessions and of connected clients of each shard, in memory that all threads share:
 * each writes its own, and a limit for all costs no message.
 */
export class ShardCounts {
  #numbers: Int32Array;
  #own: number;

  /** `memory` is of `ShardCounts.allocate`; `own` is the index of this thread's shard. */
  constructor(memory: SharedArrayBuffer, own: number) {
    this.#numbers = new Int32Array(memory);
    this.#own = own;
  }

  /** Allocates memory for this many shards. */
  static allocate(count: number): SharedArrayBuffer {
    return new SharedArrayBuffer(count * NUMBERS * Int32Array.BYTES_PER_ELEMENT);
  }

  /** Publishes this shard's number of sessions. */
  setSessions(count: number): void {
    Atomics.store(this.#numbers, this.#own * NUMBERS + SESSIONS, count);
  }

  /** Publishes this shard's number of connected clients. */
  setClients(count: number): void {
    Atomics.store(this.#numbers, this.#own * NUMBERS + CLIENTS, count);
  }

  /** Number of sessions of all other shards. */
  get otherSessions(): number {
    return this.#others(SESSIONS);
  }

  /** Number of connected clients of all other shards. */
  get otherClients(): number {
    return this.#others(CLIENTS);
  }

  #others(which: number): number {
    let sum = 0;
    for (let at = which; at < this.#numbers.length; at += NUMBERS) {
      if (at !== this.#own * NUMBERS + which) sum += Atomics.load(this.#numbers, at);
    }
    return sum;
  }
}
