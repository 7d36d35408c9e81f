import type { Mac } from "../pppoe/mac.ts";
import { Bucket, type Rate } from "./rate.ts";

/** A session that an earlier process had, as it stood on our wire. */
export interface Orphan {
  /** Whom to tell. */
  readonly remote: Mac;
  /** What we spoke with. */
  readonly local: Mac;
  readonly sessionId: number;
}

/** What orphans are ended with. */
export interface OrphanOptions {
  /** Milliseconds of a steady clock. */
  now: () => number;
  later: (milliseconds: number, run: () => void) => void;
  /** Sends the PADT. */
  send: (orphan: Orphan) => void;
  /** Whether the place on the wire belongs to somebody: to an open session, or to the host itself. */
  isTaken: (orphan: Orphan) => boolean;
  /** Whether the peer has just been asked for a session, which could get the orphan's id. */
  isAsked: (orphan: Orphan) => boolean;
}

/** PADTs of orphans on the wire. */
const RATE: Rate = { rate: 200, burst: 200 };
/** Until the next look at those that wait. Milliseconds. */
const PAUSE = 20;
/** Orphans that wait; what is more is not told. */
const MAX_WAITING = 16_384;
/** Of them those that are looked at in one turn. */
const A_TURN = 512;
/** How long one waits. Milliseconds. */
const PATIENCE = 120_000;

/**
 * Ends sessions of an earlier process at the peer on the wire, with a PADT each: evenly, and none
 * whose id somebody else may have by now.
 */
export class Orphans {
  #options: OrphanOptions;
  #waiting = new Map<string, { orphan: Orphan; until: number }>();
  #bucket = new Bucket();
  #isArmed = false;

  constructor(options: OrphanOptions) {
    this.#options = options;
  }

  /** Orphans whose peers are still to be told. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Ends an orphan, of which the caller knows that it is ours. */
  end(orphan: Orphan): void {
    if (this.#waiting.size >= MAX_WAITING) return;
    this.#waiting.set(key(orphan), { orphan, until: this.#options.now() + PATIENCE });
    this.#work();
  }

  /** The peer has ended it by itself. */
  forget(orphan: Orphan): void {
    this.#waiting.delete(key(orphan));
  }

  /** Tells all that wait at once: the process is about to end. */
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
        // To the end, so that it does not hold up those of other peers.
        this.#waiting.delete(name);
        this.#waiting.set(name, entry);
        continue;
      }
      if (!isOver && !this.#bucket.take(RATE, time)) break;
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
