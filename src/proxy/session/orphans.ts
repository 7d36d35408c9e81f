import type { Mac } from "../../pppoe/mac.ts";
import { BySize } from "../../limits/by_size.ts";
import type { Rate } from "../../limits/rate.ts";
import { TokenBucket } from "../../limits/token_bucket.ts";

/** A session of an earlier process, as seen on our wire. */
export interface Orphan {
  /** Destination of the PADT. */
  readonly remote: Mac;
  /** Our address in that session. */
  readonly local: Mac;
  readonly sessionId: number;
}

/** Dependencies of {@linkcode Orphans}. */
export interface OrphanOptions {
  /** Monotonic clock, in milliseconds. */
  now: () => number;
  later: (milliseconds: number, run: () => void) => void;
  /** Sends the PADT. */
  send: (orphan: Orphan) => void;
  /** Whether the place on the wire is in use, by an open session or by this machine's kernel. */
  isTaken: (orphan: Orphan) => boolean;
  /** Whether the host was just asked for a session, which could get the orphan's id. */
  isAsked: (orphan: Orphan) => boolean;
}

/** Rate limit of PADTs for orphans on the wire. */
const RATE: Rate = { rate: 200, burst: 200 };
/** Interval between passes over the waiting orphans, in milliseconds. */
const PAUSE = 20;
/** Maximum number of waiting orphans; beyond it the owner with the most loses its oldest. */
const MAX_WAITING = 16_384;
/** Maximum number of orphans checked per pass. */
const A_TURN = 512;
/** Maximum time that an orphan waits, in milliseconds. */
const ORPHAN_LIFETIME = 120_000;

interface Waiting {
  readonly orphan: Orphan;
  readonly until: number;
  readonly queue: Queue;
}

/** The orphans of one owner, by key, in the order of their turns. */
interface Queue {
  readonly owner: string;
  readonly entries: Map<string, Waiting>;
}

/**
 * Ends sessions of an earlier process on the wire, with one PADT each: at an even rate, and never
 * for an id that may belong to another session by now. Owners take turns, so that one with many
 * orphans does not delay the others'.
 */
export class Orphans {
  #options: OrphanOptions;
  #waiting = new Map<string, Waiting>();
  /** In the order of the owners' turns. */
  #queues = new Map<string, Queue>();
  #sizes = new BySize<Queue>();
  #bucket = new TokenBucket(RATE);
  #isArmed = false;

  constructor(options: OrphanOptions) {
    this.#options = options;
  }

  /** Number of orphans that still wait for their PADT. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Ends an orphan, which the caller knows to be ours; `owner` is the peer's name, if known. */
  end(orphan: Orphan, owner = ""): void {
    const name = key(orphan);
    this.#remove(name);
    const queue = this.#queues.get(owner) ?? { owner, entries: new Map<string, Waiting>() };
    const entry = { orphan, until: this.#options.now() + ORPHAN_LIFETIME, queue };
    this.#queues.set(owner, queue);
    queue.entries.set(name, entry);
    this.#waiting.set(name, entry);
    this.#sizes.resize(queue, queue.entries.size - 1, queue.entries.size);
    if (this.#waiting.size > MAX_WAITING) this.#evict();
    this.#work();
  }

  /** Removes an orphan that its host has ended itself. */
  forget(orphan: Orphan): void {
    this.#remove(key(orphan));
  }

  /** Sends all waiting PADTs at once, because the process is about to end. */
  flush(): void {
    const { isTaken, send } = this.#options;
    for (const [name, { orphan }] of this.#waiting) {
      if (!isTaken(orphan)) send(orphan);
      this.#remove(name);
    }
  }

  #evict(): void {
    for (const oldest of this.#sizes.first()?.entries.keys() ?? []) return this.#remove(oldest);
  }

  #remove(name: string): void {
    const entry = this.#waiting.get(name);
    if (entry === undefined) return;
    const { queue: { owner, entries }, queue } = entry;
    this.#waiting.delete(name);
    entries.delete(name);
    this.#sizes.resize(queue, entries.size + 1, entries.size);
    if (entries.size === 0) this.#queues.delete(owner);
  }

  /** Gives each owner its turn, until the rate is used up. */
  #work(): void {
    for (let checks = Math.min(A_TURN, this.#waiting.size); checks > 0; checks--) {
      const [queue] = this.#queues.values();
      if (queue === undefined || !this.#serve(queue)) break;
      if (!this.#queues.delete(queue.owner)) continue; // it was its last
      this.#queues.set(queue.owner, queue);
    }
    this.#arm();
  }

  /** Handles an owner's next orphan; returns false if the rate is used up. */
  #serve({ entries }: Queue): boolean {
    const { now, isTaken, isAsked, send } = this.#options;
    const time = now();
    for (const [name, entry] of entries) {
      const { orphan, until } = entry;
      const isOver = until <= time || isTaken(orphan);
      if (!isOver && isAsked(orphan)) {
        // Moved to the end, so that it does not delay those of other hosts.
        entries.delete(name);
        entries.set(name, entry);
        return true;
      }
      if (!isOver && !this.#bucket.take(time)) return false;
      this.#remove(name);
      if (!isOver) send(orphan);
      return true;
    }
    return true;
  }

  #arm(): void {
    if (this.#isArmed || this.#waiting.size === 0) return;
    this.#isArmed = true;
    this.#options.later(PAUSE, () => {
      this.#isArmed = false;
      this.#work();
    });
  }
}

function key({ remote, local, sessionId }: Orphan): string {
  return `${remote}/${local}/${sessionId}`;
}
