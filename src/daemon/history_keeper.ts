import type { HistoryEvent } from "../history/events.ts";
import type { History } from "../history/history.ts";
import { COARSE_STEP, FINE_STEP } from "../history/timelines.ts";
import { joinMinutes, type StoredMinute } from "../history/stored_minute.ts";
import { TURN_PAUSE } from "../proxy/session/session_sweep.ts";
import type { HistoryFiles } from "../state/history_files.ts";

/** Dependencies of a keeper. */
export interface HistoryKeeperOptions {
  history: History;
  /** A monotonic clock, in milliseconds. */
  now: () => number;
  wallClock: () => number;
  /** Where the history is kept; undefined if only in memory. */
  files: Pick<HistoryFiles, "load" | "append"> | undefined;
  /** Returns what the other threads have of a minute. */
  others: (step: number) => Promise<readonly (StoredMinute | undefined)[]>;
  /** Calls back later, and returns a function that prevents it. */
  later: (milliseconds: number, run: () => void) => () => void;
  /** Wall-clock time since which events are the daemon's own, in milliseconds. */
  startedAt: number;
}

/** Time to wait for other threads and for the disk, in milliseconds. */
const PATIENCE = 1_000;

/** Samples a history at each step's end, and stores each minute once it is over. */
export class HistoryKeeper {
  #options: HistoryKeeperOptions;
  #sampledAt: number;
  /** Number of the minute that has begun. */
  #step: number;
  /** Events before this time are stored. */
  #eventsUntil: number;
  #cancel: () => void = () => {};
  #cancelTurn: (() => void) | undefined;

  /** Puts back what is stored, and starts. */
  constructor(options: HistoryKeeperOptions) {
    this.#options = options;
    this.#restore();
    this.#sampledAt = options.now();
    this.#step = this.#minuteNow();
    this.#eventsUntil = options.startedAt;
    this.#wait();
  }

  /** Takes the last sample, and returns a function that stores it with the events until then. */
  async stop(): Promise<() => Promise<void>> {
    this.#cancel();
    this.#sample();
    this.#cancelTurn?.();
    const minute = await this.#minute(this.#step);
    return () => this.#inTime(this.#append(minute), undefined);
  }

  /** Returns what this thread has of a minute until now. */
  minute(step: number): StoredMinute | undefined {
    this.#sample();
    return this.#options.history.minute(step);
  }

  #restore(): void {
    const { history, files } = this.#options;
    const byStep = new Map<number, StoredMinute>();
    const events: HistoryEvent[] = [];
    for (const record of files?.load() ?? []) {
      byStep.set(record.minute.step, record.minute); // the later one has all of the minute
      events.push(...record.events);
    }
    for (const step of [...byStep.keys()].sort((one, other) => one - other)) {
      const minute = byStep.get(step);
      if (minute !== undefined) history.restore(minute);
    }
    for (const event of events) history.events.add(event);
  }

  /** Waits for the end of the step that has begun. */
  #wait(): void {
    const rest = FINE_STEP - this.#options.wallClock() % FINE_STEP;
    this.#cancel = this.#options.later(rest, () => {
      this.#sample();
      this.#wait();
    });
  }

  #sample(): void {
    const { history, now, wallClock } = this.#options;
    const elapsed = now() - this.#sampledAt;
    if (elapsed <= 0) return;
    history.sample(wallClock(), elapsed);
    this.#sampledAt += elapsed;
    if (this.#cancelTurn === undefined) this.#sampleMore();
    const step = this.#minuteNow();
    if (step === this.#step) return;
    void this.#store(this.#step);
    this.#step = step;
  }

  /** Takes the further turns of a sample. */
  #sampleMore(): void {
    const { history, later } = this.#options;
    this.#cancelTurn = !history.isSampling ? undefined : later(TURN_PAUSE, () => {
      history.sampleMore();
      this.#sampleMore();
    });
  }

  async #store(step: number): Promise<void> {
    if (this.#options.files !== undefined) await this.#append(await this.#minute(step));
  }

  /** What all threads have of a minute. */
  async #minute(step: number): Promise<StoredMinute | undefined> {
    const { history, others } = this.#options;
    const own = history.minute(step);
    return joinMinutes([own, ...await this.#inTime(others(step).catch(() => []), [])]);
  }

  async #append(minute: StoredMinute | undefined): Promise<void> {
    const { history, files, wallClock } = this.#options;
    if (minute === undefined) return;
    const until = wallClock();
    const events = history.events.between(this.#eventsUntil, until);
    this.#eventsUntil = until;
    await files?.append({ minute, events });
  }

  /** Returns what is promised, or `late` if that takes too long. */
  async #inTime<T>(promised: Promise<T>, late: T): Promise<T> {
    const timeout = Promise.withResolvers<T>();
    const cancel = this.#options.later(PATIENCE, () => timeout.resolve(late));
    try {
      return await Promise.race([promised, timeout.promise]);
    } finally {
      cancel();
    }
  }

  #minuteNow(): number {
    return Math.floor(this.#options.wallClock() / COARSE_STEP);
  }
}
