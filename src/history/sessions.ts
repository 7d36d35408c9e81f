import type { Plan, Reading } from "./reading.ts";
import { SessionRooms } from "./session_rooms.ts";
import { FINE_STEP, Timelines } from "./timelines.ts";
import { Track } from "./track.ts";

/** Steps of the last 10 minutes and of the last hour, with the one that has begun. */
const FINE_STEPS = 61;
const COARSE_STEPS = 61;
/** Samples for which an ended session is kept: an hour. */
const KEPT_SAMPLES = 3_600_000 / FINE_STEP + 1;
/** Maximum number of sessions with a track, with those that have ended: 1.2 KB each. */
export const MAX_SESSIONS = 10_000;

/** Identifies a session: the same object in each sample. */
export interface SessionKey {
  readonly peer: { readonly name: string };
  readonly handle: number;
}

interface Tracked {
  readonly track: Track;
  /** Number of the last sample in which it was open or held. */
  seen: number;
}

/**
 * The tracks of sessions. A session that has ended keeps its track until all its steps are too old,
 * or another session needs it; of ended sessions the first goes first.
 */
export class Sessions {
  readonly lines = new Timelines(FINE_STEPS, COARSE_STEPS);
  #rooms = new SessionRooms(this.lines);
  #live = new Map<SessionKey, Tracked>();
  #ended = new Map<SessionKey, Tracked>();
  #sample = 0;
  /** Number of sessions with a track that were added to the current sample. */
  #added = 0;

  get size(): number {
    return this.#live.size + this.#ended.size;
  }

  /**
   * Reads a session by its client's name and its handle, the latest, as handles are reused;
   * undefined if it has no track.
   */
  find(client: string, handle: number, plan: Plan): Reading | undefined {
    const isWanted = (session: SessionKey): boolean =>
      session.handle === handle && session.peer.name === client;
    for (const [session, { track }] of this.#live) {
      if (isWanted(session)) return track.read(plan, true);
    }
    let latest: Track | undefined;
    for (const [session, { track }] of this.#ended) if (isWanted(session)) latest = track;
    return latest?.read(plan, true);
  }

  /** Reads an open or held session; undefined if it has no track. */
  read(session: SessionKey, plan: Plan): Reading | undefined {
    return this.#live.get(session)?.track.read(plan, true);
  }

  /** Begins a sample of `elapsed` milliseconds, whose middle is at a time since 1970. */
  begin(middle: number, elapsed: number): void {
    this.lines.begin(middle, elapsed);
    this.#sample++;
    this.#added = 0;
  }

  /**
   * Adds the values of a session to the sample. A session that is `fresh`, opened since the last
   * sample, counts from 0; any other one that has no track yet counts from now on.
   */
  add(session: SessionKey, values: Float64Array, isFresh: boolean): void {
    const tracked = this.#live.get(session) ?? this.#enter(session, values, isFresh);
    if (tracked === undefined) return;
    if (tracked.seen !== this.#sample) this.#added++;
    tracked.seen = this.#sample;
    tracked.track.add(values);
  }

  /** Ends a sample: sessions that were not added have ended. */
  end(): void {
    if (this.#added < this.#live.size) this.#endUnseen();
    for (const [session, { seen }] of this.#ended) {
      if (seen + KEPT_SAMPLES > this.#sample) break;
      this.#forget(session);
    }
  }

  #endUnseen(): void {
    for (const [session, tracked] of this.#live) {
      if (tracked.seen === this.#sample) continue;
      this.#live.delete(session);
      this.#ended.set(session, tracked);
    }
  }

  #enter(session: SessionKey, values: Float64Array, isFresh: boolean): Tracked | undefined {
    if (this.size >= MAX_SESSIONS && !this.#dropEnded()) return undefined;
    const tracked = { track: new Track(this.lines, this.#rooms.take()), seen: 0 };
    if (!isFresh) tracked.track.setOrigin(values);
    this.#live.set(session, tracked);
    return tracked;
  }

  #dropEnded(): boolean {
    for (const session of this.#ended.keys()) return this.#forget(session);
    return false;
  }

  #forget(session: SessionKey): boolean {
    const tracked = this.#ended.get(session);
    if (tracked !== undefined) this.#rooms.giveBack(tracked.track.room);
    return this.#ended.delete(session);
  }
}
