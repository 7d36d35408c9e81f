import { CLIENT_COLUMNS, DROPS, joinThreads, ROUND_TRIP, TOTAL_COLUMNS } from "./columns.ts";
import { Clients } from "./clients.ts";
import { HistoryEvents } from "./events.ts";
import type { Plan, Reading } from "./reading.ts";
import type { Series } from "./series.ts";
import { type SessionKey, Sessions } from "./sessions.ts";
import type { StoredMinute } from "./stored_minute.ts";
import { type Range, Timelines } from "./timelines.ts";
import { ownRoom, Track } from "./track.ts";

/** Steps of the last hour and of the last 24 hours, with the one that has begun. */
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
   * Visits some more sessions with their traffic since they opened; `isFresh` means that one opened
   * since the last round began. Returns whether the round is over: all have been visited in it.
   */
  sessions(visit: (session: SessionKey, values: Float64Array, isFresh: boolean) => void): boolean;
  /** Number of dropped frames since startup. */
  drops(): number;
}

/** A subject of the history: everything, one client, or one session of it. */
export interface Subject {
  readonly client?: string | undefined;
  readonly handle?: number | undefined;
}

/**
 * What was carried in the last 24 hours, in total and by client, and in the last hour by session.
 * Its size is bounded, and a sample allocates only the tracks of new clients and sessions.
 */
export class History {
  readonly events = new HistoryEvents();
  #lines = new Timelines(FINE_STEPS, COARSE_STEPS);
  #total = new Track(this.#lines, ownRoom(TOTAL_COLUMNS, this.#lines, true));
  #clients = new Clients(this.#lines);
  #sessions = new Sessions();
  #source: HistorySource;
  #sum = new Float64Array(TOTAL_COLUMNS);
  #isSampling = false;
  /** Time that no sample of the sessions covers yet, in milliseconds. */
  #sessionsElapsed = 0;

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
   * It belongs to the step that the middle between them is in. If {@linkcode isSampling} then, more
   * calls of {@linkcode sampleMore} are needed for the sessions; the next sample does not need them.
   */
  sample(time: number, elapsed: number): void {
    const middle = time - elapsed / 2;
    this.#lines.begin(middle, elapsed);
    this.#emptySum();
    this.#clients.begin();
    this.#source.peers(this.#visitPeer);
    this.#clients.end();
    this.#sum[DROPS] = this.#source.drops();
    this.#total.add(this.#sum);
    this.events.expire(time);
    this.#sessionsElapsed += elapsed;
    if (this.#isSampling) return; // the sessions' next sample covers this time, too
    this.#sessions.begin(time - this.#sessionsElapsed / 2, this.#sessionsElapsed);
    this.#sessionsElapsed = 0;
    this.sampleMore();
  }

  /** Whether a sample lacks sessions. */
  get isSampling(): boolean {
    return this.#isSampling;
  }

  /** Adds some more sessions to the sample that has begun. */
  sampleMore(): void {
    this.#isSampling = !this.#source.sessions(this.#visitSession);
    if (!this.#isSampling) this.#sessions.end();
  }

  /** Plans to read at the time `now`: in fine steps if nothing older than those is kept. */
  plan(range: Range, now: number, isSession: boolean): Plan {
    return (isSession ? this.#sessions.lines : this.#lines).plan(range, now);
  }

  /** Reads a subject; undefined if it has no track. */
  read({ client, handle }: Subject, plan: Plan): Reading | undefined {
    if (client === undefined) return this.#total.read(plan);
    if (handle === undefined) return this.#clients.find(client)?.read(plan);
    return this.#sessions.find(client, handle, plan);
  }

  /** Reads an open or held session; undefined if it has no track. */
  readSession(session: SessionKey, plan: Plan): Reading | undefined {
    return this.#sessions.read(session, plan);
  }

  /** Returns the minute of this number, to be stored; undefined if nothing was sampled in it. */
  minute(step: number): StoredMinute | undefined {
    if (!this.#lines.coarse.has(step)) return undefined;
    const row = this.#lines.coarse.row(step);
    const clients = [...this.#clients].map(([name, { coarse }]) =>
      [name, valuesIn(coarse, row)] as const
    );
    const covered = this.#lines.coarse.covered(step);
    return { step, covered, total: valuesIn(this.#total.coarse, row), clients };
  }

  /** Puts back a minute of an earlier process. */
  restore({ step, covered, total, clients }: StoredMinute): void {
    if (!this.#lines.coarse.begin(step)) return;
    this.#lines.coarse.cover(step, covered);
    const row = this.#lines.coarse.row(step);
    setValues(this.#total.coarse, row, total);
    for (const [name, values] of clients) {
      setValues(this.#clients.enter(name)?.coarse, row, values);
    }
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
