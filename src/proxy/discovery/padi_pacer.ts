import { AcPadiRate } from "./ac_padi_rate.ts";
import type { Pacing } from "./pacing.ts";
import type { Pending } from "./pending.ts";

/** Dependencies of a pacer. */
export interface PadiPacerOptions<Owner> {
  /** Monotonic clock, in milliseconds. */
  now: () => number;
  /** Calls back after this many milliseconds. */
  later: (milliseconds: number, run: () => void) => void;
  /** Sends a PADI on the wire. */
  send: (pending: Pending<Owner>, frame: Uint8Array) => void;
}

/**
 * Assumed time that a customer waits for an offer after its first PADI, and the maximum after a
 * later one, in milliseconds: hosts ask again after 5, 10 and 20 seconds (RFC 2516 section 8).
 */
const FIRST_TIMEOUT = 7_000;
const MAX_TIMEOUT = 30_000;
/** A customer is assumed to wait about twice the time between its last two PADIs. */
const TIMEOUT_GROWTH = 2.2;
/** An AC that has answered no customer for this long gets no resent PADIs. Milliseconds. */
const ALIVE = 60_000;
/** After this many PADIs without an offer, a discovery is queued behind the others. */
const MANY_TRIES = 4;
/** Maximum time between two checks of the discoveries in progress, in milliseconds. */
const LOOK = 250;

interface Asking<Owner> {
  readonly pending: Pending<Owner>;
  frame: Uint8Array;
  readonly began: number;
  /** When the customer last asked, and how long it is assumed to wait, in milliseconds. */
  renewed: number;
  patience: number;
  /** Number of PADIs sent. */
  tries: number;
  sentAt: number;
  /** The pace's `number` when the last PADI was sent, and when one was lost. */
  sentPace: number;
  lostPace: number;
  /** Earliest time of its turn, in milliseconds. */
  notBefore: number;
}

/**
 * Gets offers for customers behind one address of ours from ACs that answer one PADI a second per
 * address (accel-ppp's padi-limit, and others). A PADI without an offer is sent again, in turn,
 * while its customer waits. When the AC turns out to ignore PADIs that arrive too fast, all wait
 * for their turn.
 */
export class PadiPacer<Owner> {
  #options: PadiPacerOptions<Owner>;
  #moderation = new AcPadiRate();
  #asking = new Map<Pending<Owner>, Asking<Owner>>();
  /** Sent and not answered, in the order of sending. */
  #flying = new Set<Asking<Owner>>();
  /** Waiting for their turn, by owner, in the order of the owners' turns. */
  #waiting = new Map<Owner, Set<Asking<Owner>>>();
  #answeredAt = -Infinity;
  #sentAt = -Infinity;
  #resentAt = -Infinity;
  #sent = 0;
  #armed = false;

  constructor(options: PadiPacerOptions<Owner>) {
    this.#options = options;
  }

  /** Number of discoveries being handled that have no offer yet. */
  get size(): number {
    return this.#asking.size;
  }

  /** Whether PADIs wait for their turn because the AC ignores faster ones. */
  get isPacing(): boolean {
    return this.#moderation.isLimited(this.#options.now());
  }

  /** The current pacing; undefined if there is none. */
  get pacing(): Pacing | undefined {
    if (!this.isPacing) return undefined;
    return { waiting: this.#waitingCount(), interval: this.#moderation.interval };
  }

  /** Sends a PADI, now or when its turn comes. */
  submit(pending: Pending<Owner>, frame: Uint8Array): void {
    this.renewed(pending);
    const asking = this.#asking.get(pending) ?? this.#begin(pending, frame);
    asking.frame = frame;
    if (this.isPacing) this.#wait(asking);
    else this.#send(asking);
    this.#look();
  }

  /**
   * Notes that the customer has asked again; returns whether its PADI already waits for its turn.
   */
  renewed(pending: Pending<Owner>): boolean {
    const asking = this.#asking.get(pending);
    if (asking === undefined) return false;
    const now = this.#options.now();
    const gap = (now - asking.renewed) * TIMEOUT_GROWTH;
    asking.patience = Math.min(MAX_TIMEOUT, Math.max(asking.patience, gap));
    asking.renewed = now;
    return pending.asked === Infinity;
  }

  /** Notes that a discovery has an offer. */
  answered(pending: Pending<Owner>): void {
    const now = this.#options.now();
    this.#answeredAt = now;
    const asking = this.#asking.get(pending);
    if (asking === undefined) return;
    this.forget(pending);
    if (asking.tries === 0) return; // an answer to an earlier PADI
    const { tries, sentAt, sentPace, lostPace } = asking;
    const others = this.#waitingCount();
    this.#moderation.answered({ tries, delay: now - sentAt, sentPace, lostPace, others, now });
    if (!this.isPacing) this.#release();
  }

  /** Removes a discovery. */
  forget(pending: Pending<Owner>): void {
    const asking = this.#asking.get(pending);
    if (asking === undefined) return;
    this.#asking.delete(pending);
    this.#flying.delete(asking);
    this.#unwait(asking);
    if (pending.asked === Infinity) pending.asked = -Infinity;
  }

  #begin(pending: Pending<Owner>, frame: Uint8Array): Asking<Owner> {
    const now = this.#options.now();
    const asking: Asking<Owner> = {
      pending,
      frame,
      began: now,
      renewed: now,
      patience: FIRST_TIMEOUT,
      tries: 0,
      sentAt: now,
      sentPace: 0,
      lostPace: -1,
      notBefore: now,
    };
    this.#asking.set(pending, asking);
    return asking;
  }

  #wait(asking: Asking<Owner>): void {
    const { pending } = asking;
    this.#flying.delete(asking);
    const set = this.#waiting.get(pending.owner);
    if (set === undefined) this.#waiting.set(pending.owner, new Set([asking]));
    else set.add(asking);
    // Without a limit, a PADI that the customer repeats is sent at once.
    if (this.isPacing) pending.asked = Infinity;
  }

  #unwait(asking: Asking<Owner>): void {
    const { owner } = asking.pending;
    const set = this.#waiting.get(owner);
    if (set?.delete(asking) && set.size === 0) this.#waiting.delete(owner);
  }

  #send(asking: Asking<Owner>): void {
    this.#unwait(asking);
    asking.tries++;
    this.#sent++;
    asking.sentAt = asking.pending.asked = this.#sentAt = this.#options.now();
    asking.sentPace = this.#moderation.number;
    this.#flying.delete(asking);
    this.#flying.add(asking);
    this.#options.send(asking.pending, asking.frame);
  }

  /** Handles overdue PADIs and those whose turn it is, and schedules the next check. */
  #look(): void {
    const now = this.#options.now();
    for (const asking of this.#flying) {
      if (now - asking.sentAt < this.#moderation.patience) break;
      this.#overdue(asking, now);
    }
    while (this.#waiting.size > 0 && now >= this.#nextTurn) {
      const next = this.#next(now);
      if (next === undefined) break;
      this.#resentAt = now;
      this.#send(next);
    }
    this.#arm();
  }

  get #nextTurn(): number {
    return (this.isPacing ? this.#sentAt : this.#resentAt) + this.#moderation.turn(this.#sent);
  }

  #overdue(asking: Asking<Owner>, now: number): void {
    this.#flying.delete(asking);
    if (now - this.#answeredAt > ALIVE) return this.forget(asking.pending);
    asking.lostPace = asking.sentPace;
    this.#moderation.overdue(asking.sentPace, now);
    // Every second time one turn later, so that it does not always meet the AC's limit.
    asking.notBefore = asking.tries % 2 === 0 ? now + this.#moderation.interval : now;
    this.#wait(asking);
  }

  /**
   * Returns the next discovery: owners take turns, and each owner's longest waiting one is first.
   */
  #next(now: number): Asking<Owner> | undefined {
    for (const [owner, set] of this.#waiting) {
      let best: Asking<Owner> | undefined;
      for (const asking of set) {
        if (now - asking.renewed > asking.patience) this.forget(asking.pending);
        else if (asking.notBefore <= now && (best === undefined || isBefore(asking, best))) {
          best = asking;
        }
      }
      if (best === undefined) continue;
      const rest = this.#waiting.get(owner);
      this.#waiting.delete(owner); // moves it to the end
      if (rest !== undefined) this.#waiting.set(owner, rest);
      return best;
    }
    return undefined;
  }

  #arm(): void {
    if (this.#armed || this.#asking.size === 0) return;
    this.#armed = true;
    const now = this.#options.now();
    const [oldest] = this.#flying;
    const overdue = oldest === undefined ? LOOK : oldest.sentAt + this.#moderation.patience - now;
    const turn = this.#waiting.size === 0 ? LOOK : this.#nextTurn - now;
    this.#options.later(Math.max(1, Math.ceil(Math.min(LOOK, overdue, turn))), () => {
      this.#armed = false;
      this.#look();
    });
  }

  /** Sends what was waiting unsent, because the limit is gone. */
  #release(): void {
    for (const set of [...this.#waiting.values()]) {
      for (const asking of [...set]) {
        if (asking.tries === 0) this.#send(asking);
        else asking.pending.asked = asking.sentAt;
      }
    }
  }

  #waitingCount(): number {
    let count = 0;
    for (const { size } of this.#waiting.values()) count += size;
    return count;
  }
}

function isBefore<Owner>(one: Asking<Owner>, other: Asking<Owner>): boolean {
  const [late, otherLate] = [one.tries >= MANY_TRIES, other.tries >= MANY_TRIES];
  return late === otherLate ? one.began < other.began : !late;
}
