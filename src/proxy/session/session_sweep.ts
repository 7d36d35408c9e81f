import type { Session } from "./session.ts";
import type { SessionTable } from "./session_table.ts";

/** Turns that a round over many sessions takes. */
const TURNS = 16;
/** Slots that a turn visits at least, so that few sessions are visited in one turn. */
const MIN_SLOTS = 512;
/** Time between two turns, in milliseconds: a round takes less than a second. */
export const TURN_PAUSE = 50;

/** Something that looks at each session once a round. Times are the clock's, in milliseconds. */
export interface SessionVisitor {
  /** A round begins. */
  begin(now: number): void;
  /** Looks at an open session; may end it. */
  visit(session: Session, now: number): void;
  /** A turn is over; frames wait until the next one begins. */
  pause?(): void;
  /** All sessions that were open during the whole round have been visited. */
  end(now: number): void;
}

/**
 * Goes over the open sessions in turns of bounded length, between which frames are forwarded. All
 * visitors look at a session in the same turn, as fetching it from memory is what costs time.
 *
 * A session keeps its place in the table, so that one that is open during a whole round is visited
 * exactly once in it, and one that opens or ends meanwhile at most once.
 */
export class SessionSweep {
  #table: Pick<SessionTable, "sessions">;
  #visitors: readonly SessionVisitor[];
  /** Places to visit in this round, and the next of them. */
  #slots = 0;
  #next = 0;
  #isUnderWay = false;

  /** The visitors look at a session in this order; one that ends sessions should be the last. */
  constructor(table: Pick<SessionTable, "sessions">, visitors: readonly SessionVisitor[]) {
    this.#table = table;
    this.#visitors = visitors;
  }

  /** Whether a round has begun and is not over. */
  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** Takes the next turn, the first of a round if none is under way; true if the round is over. */
  turn(now: number): boolean {
    if (!this.#isUnderWay) this.#begin(now);
    const { sessions } = this.#table;
    const until = Math.min(
      this.#slots,
      this.#next + Math.max(MIN_SLOTS, Math.ceil(this.#slots / TURNS)),
    );
    while (this.#next < until) {
      const session = sessions[this.#next++];
      if (session !== undefined) this.#visit(session, now);
    }
    for (const visitor of this.#visitors) visitor.pause?.();
    if (this.#next < this.#slots) return false;
    this.#isUnderWay = false;
    for (const visitor of this.#visitors) visitor.end(now);
    return true;
  }

  #begin(now: number): void {
    this.#isUnderWay = true;
    this.#slots = this.#table.sessions.length;
    this.#next = 0;
    for (const visitor of this.#visitors) visitor.begin(now);
  }

  #visit(session: Session, now: number): void {
    for (const visitor of this.#visitors) visitor.visit(session, now);
  }
}
