import { TRAFFIC_COLUMNS } from "./columns.ts";
import type { Timeline } from "./timeline.ts";
import { type Moment, Track } from "./track.ts";

/** Maximum number of sessions with a track, with those that have ended: 3 KB each. */
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
  #live = new Map<SessionKey, Tracked>();
  #ended = new Map<SessionKey, Tracked>();
  #fine: Timeline;
  #moment: Moment | undefined;
  #sample = 0;

  constructor(fine: Timeline) {
    this.#fine = fine;
  }

  get size(): number {
    return this.#live.size + this.#ended.size;
  }

  /** Finds a session by its client's name and its handle; the latest, as handles are reused. */
  find(client: string, handle: number): Track | undefined {
    const isWanted = (session: SessionKey): boolean =>
      session.handle === handle && session.peer.name === client;
    for (const [session, { track }] of this.#live) if (isWanted(session)) return track;
    let latest: Track | undefined;
    for (const [session, { track }] of this.#ended) if (isWanted(session)) latest = track;
    return latest;
  }

  /** Returns the track of an open or held session. */
  of(session: SessionKey): Track | undefined {
    return this.#live.get(session)?.track;
  }

  /** Begins a sample. */
  begin(moment: Moment): void {
    this.#moment = moment;
    this.#sample++;
  }

  /**
   * Adds the values of a session to the sample. A session that is `fresh`, opened since the last
   * sample, counts from 0; any other one that has no track yet counts from now on.
   */
  add(session: SessionKey, values: Float64Array, isFresh: boolean): void {
    const tracked = this.#live.get(session) ?? this.#enter(session, values, isFresh);
    if (tracked === undefined || this.#moment === undefined) return;
    tracked.seen = this.#sample;
    tracked.track.add(this.#moment, values);
  }

  /** Ends a sample: sessions that were not added have ended. */
  end(): void {
    for (const [session, tracked] of this.#live) {
      if (tracked.seen === this.#sample) continue;
      this.#live.delete(session);
      this.#ended.set(session, tracked);
    }
    for (const [session, { seen }] of this.#ended) {
      if (seen + this.#fine.size > this.#sample) break;
      this.#ended.delete(session);
    }
  }

  #enter(session: SessionKey, values: Float64Array, isFresh: boolean): Tracked | undefined {
    if (this.size >= MAX_SESSIONS && !this.#dropEnded()) return undefined;
    const tracked = { track: new Track(TRAFFIC_COLUMNS, this.#fine, undefined), seen: 0 };
    if (!isFresh) tracked.track.setOrigin(values);
    this.#live.set(session, tracked);
    return tracked;
  }

  #dropEnded(): boolean {
    for (const session of this.#ended.keys()) return this.#ended.delete(session);
    return false;
  }
}
