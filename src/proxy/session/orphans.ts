import type { Mac } from "../../pppoe/mac.ts";
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
/** Maximum number of waiting orphans; further ones get no PADT. */
const MAX_WAITING = 16_384;
/** Maximum number of orphans checked per pass. */
const A_TURN = 512;
/** Maximum time that an orphan waits, in milliseconds. */
const ORPHAN_LIFETIME = 120_000;

/**
 * Ends sessions of an earlier process on the wire, with one PADT each: at an even rate, and never
 * for an id that may belong to another session by now.
 */
export class Orphans {
  #options: OrphanOptions;
  #waiting = new Map<string, { orphan: Orphan; until: number }>();
  #bucket = new TokenBucket(RATE);
  #isArmed = false;

  constructor(options: OrphanOptions) {
    this.#options = options;
  }

  /** Number of orphans that still wait for their PADT. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Ends an orphan, which the caller knows to be ours. */
  end(orphan: Orphan): void {
    if (this.#waiting.size >= MAX_WAITING) return;
    this.#waiting.set(key(orphan), { orphan, until: this.#options.now() + ORPHAN_LIFETIME });
    this.#work();
  }

  /** Removes an orphan that its host has ended itself. */
  forget(orphan: Orphan): void {
    this.#waiting.delete(key(orphan));
  }

  /** Sends all waiting PADTs at once, because the process is about to end. */
  flush(): void {
    const { isTaken, send } = this.#options;
    for (const { orphan } of this.#waiting.values()) if (!isTaken(orphan)) send(orphan);
    this.#waiting.clear();
  }

  #work(): void {
    const { now, isTaken, isAsked, send } = this.#options;
    const time = now();
    const turn = Math.min(A_TURN, this.#waiting.size);
    for (const [name, entry] of this.#waiting.entries().take(turn)) {
      const { orphan, until } = entry;
      const isOver = until <= time || isTaken(orphan);
      if (!isOver && isAsked(orphan)) {
        // Moved to the end, so that it does not delay those of other hosts.
        this.#waiting.delete(name);
        this.#waiting.set(name, entry);
        continue;
      }
      if (!isOver && !this.#bucket.take(time)) break;
      this.#waiting.delete(name);
      if (!isOver) send(orphan);
    }
    this.#arm();
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
