import { CLIENT_COLUMNS, DROPS, joinThreads, ROUND_TRIP, TOTAL_COLUMNS } from "./columns.ts";
import { Clients } from "./clients.ts";
import { HistoryEvents } from "./events.ts";
import { type Plan, planSteps, type Reading, readSeries } from "./reading.ts";
import type { Series } from "./series.ts";
import { type SessionKey, Sessions } from "./sessions.ts";
import type { StoredMinute } from "./stored_minute.ts";
import { Timeline } from "./timeline.ts";
import { type Moment, Track } from "./track.ts";

/** Length of the steps of the last hour, and of the last 24 hours, in milliseconds. */
export const FINE_STEP = 10_000;
export const COARSE_STEP = 60_000;
/** Number of steps; with the one that has begun. */
const FINE_STEPS = 361;
const COARSE_STEPS = 1_441;

/** What has been carried so far. The values passed to a visitor are only valid during the call. */
export interface HistorySource {
  /**
   * Visits each peer with the values of a client's columns: counters since startup, and current
   * numbers.
   */
  peers(visit: (name: string, values: Float64Array) => void): void;
  /**
   * Visits each session with its traffic since it opened; `isFresh` means that it opened since the
   * last visit of all.
   */
  sessions(visit: (session: SessionKey, values: Float64Array, isFresh: boolean) => void): void;
  /** Number of dropped frames since startup. */
  drops(): number;
}

/** A subject of the history: everything, one client, or one session of it. */
export interface Subject {
  readonly client?: string | undefined;
  readonly handle?: number | undefined;
}

/** A range of time in milliseconds since 1970, without `to`, and the most points to read. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly points: number;
}

/** Length of the steps of a plan, in milliseconds. */
export function stepOf({ isFine }: Pick<Plan, "isFine">): number {
  return isFine ? FINE_STEP : COARSE_STEP;
}

/**
 * What was carried in the last 24 hours, in total and by client, and in the last hour by session.
 * Its size is bounded, and a sample allocates only the tracks of new clients and sessions.
 */
export class History {
  readonly events = new HistoryEvents();
  #fine = new Timeline(FINE_STEP, FINE_STEPS);
  #coarse = new Timeline(COARSE_STEP, COARSE_STEPS);
  #total = new Track(TOTAL_COLUMNS, this.#fine, this.#coarse, true);
  #clients = new Clients(this.#fine, this.#coarse);
  #sessions = new Sessions(this.#fine);
  #source: HistorySource;
  #sum = new Float64Array(TOTAL_COLUMNS);
  #moment: Moment = { fine: 0, coarse: 0, isFineNew: true, isCoarseNew: true };

  /** Counts from what `source` says now. */
  constructor(source: HistorySource) {
    this.#source = source;
    this.#emptySum();
    source.peers((name, values) => {
      this.#clients.setOrigin(name, values);
      this.#addToSum(values);
    });
    this.#sum[DROPS] = source.drops();
    this.#total.setOrigin(this.#sum);
  }

  /** Number of clients and sessions with a track. */
  get size(): { clients: number; sessions: number } {
    return { clients: this.#clients.size, sessions: this.#sessions.size };
  }

  /**
   * Adds a sample at a time in milliseconds since 1970, `elapsed` milliseconds after the last one.
   * It belongs to the step that the middle between them is in.
   */
  sample(time: number, elapsed: number): void {
    this.#begin(time - elapsed / 2, elapsed);
    this.#clients.begin(this.#moment);
    this.#source.peers(this.#visitPeer);
    this.#clients.end();
    this.#sessions.begin(this.#moment);
    this.#source.sessions(this.#visitSession);
    this.#sessions.end();
    this.#sum[DROPS] = this.#source.drops();
    this.#total.add(this.#moment, this.#sum);
    this.events.expire(time);
  }

  /** Plans to read at the time `now`: in fine steps if they are all kept. */
  plan({ from, to, points }: Range, now: number, isSession: boolean): Plan {
    const isFine = isSession || this.#isFine(from, now);
    const { step } = isFine ? this.#fine : this.#coarse;
    return planSteps(isFine, Math.floor(from / step), Math.floor((to - 1) / step), points);
  }

  /** Reads a subject; undefined if it has no track. */
  read({ client, handle }: Subject, plan: Plan): Reading | undefined {
    if (client === undefined) return this.#readTrack(this.#total, plan);
    if (handle === undefined) return this.#readTrack(this.#clients.find(client), plan);
    const track = this.#sessions.find(client, handle);
    return track && readSeries(track.fine, this.#fine, plan, track.until);
  }

  /** Reads an open or held session in fine steps; undefined if it has no track. */
  readSession(session: SessionKey, plan: Plan): Reading | undefined {
    const track = this.#sessions.of(session);
    return track && readSeries(track.fine, this.#fine, plan, track.until);
  }

  /** Returns the minute of this number, to be stored; undefined if nothing was sampled in it. */
  minute(step: number): StoredMinute | undefined {
    if (!this.#coarse.has(step)) return undefined;
    const row = this.#coarse.row(step);
    const clients = [...this.#clients].map(([name, { coarse }]) =>
      [name, valuesIn(coarse, row)] as const
    );
    const covered = this.#coarse.covered(step);
    return { step, covered, total: valuesIn(this.#total.coarse, row), clients };
  }

  /** Puts back a minute of an earlier process. */
  restore({ step, covered, total, clients }: StoredMinute): void {
    if (!this.#coarse.begin(step)) return;
    this.#coarse.cover(step, covered);
    const row = this.#coarse.row(step);
    setValues(this.#total.coarse, row, total);
    for (const [name, values] of clients) {
      setValues(this.#clients.enter(name)?.coarse, row, values);
    }
  }

  #begin(middle: number, elapsed: number): void {
    const moment = this.#moment;
    moment.fine = this.#fine.stepAt(middle);
    moment.coarse = this.#coarse.stepAt(middle);
    moment.isFineNew = this.#fine.begin(moment.fine);
    moment.isCoarseNew = this.#coarse.begin(moment.coarse);
    this.#fine.cover(moment.fine, elapsed);
    this.#coarse.cover(moment.coarse, elapsed);
    this.#emptySum();
  }

  /** Fine steps are kept for an hour, and only those of this process. */
  #isFine(from: number, now: number): boolean {
    const first = this.#fine.stepAt(from);
    const last = this.#fine.stepAt(now);
    if (last - first >= this.#fine.size) return false;
    const begun = (this.#fine.earliest(first, last) ?? last) * this.#fine.step;
    const earlier = this.#coarse.earliest(
      this.#coarse.stepAt(from),
      this.#coarse.stepAt(begun) - 1,
    );
    return earlier === undefined;
  }

  #readTrack(track: Track | undefined, plan: Plan): Reading | undefined {
    const line = plan.isFine ? this.#fine : this.#coarse;
    const series = plan.isFine ? track?.fine : track?.coarse;
    return series && readSeries(series, line, plan);
  }

  #visitPeer = (name: string, values: Float64Array): void => {
    this.#clients.add(name, values);
    this.#addToSum(values);
  };

  #visitSession = (session: SessionKey, values: Float64Array, isFresh: boolean): void => {
    this.#sessions.add(session, values, isFresh);
  };

  #emptySum(): void {
    this.#sum.fill(0);
    this.#sum[ROUND_TRIP] = NaN;
  }

  #addToSum(values: Float64Array): void {
    for (let column = 0; column < CLIENT_COLUMNS; column++) {
      this.#sum[column] = joinThreads(column, this.#sum[column], values[column]);
    }
  }
}

function valuesIn(series: Series | undefined, row: number): number[] {
  return Array.from({ length: series?.columns ?? 0 }, (_, at) => series?.get(row, at) ?? NaN);
}

function setValues(series: Series | undefined, row: number, values: readonly number[]): void {
  const count = Math.min(series?.columns ?? 0, values.length);
  for (let column = 0; column < count; column++) series?.set(row, column, values[column]);
}
