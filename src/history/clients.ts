import { CLIENT_COLUMNS } from "./columns.ts";
import type { Timelines } from "./timelines.ts";
import { ownRoom, Track } from "./track.ts";

/** Maximum number of clients with a track: 26 KB each. */
export const MAX_CLIENTS = 1_024;

/** Columns that show whether a client is in use. */
const SESSIONS_OPEN = 4;
const SESSIONS_HELD = 5;
const ROUND_TRIP = 6;

interface Client {
  readonly track: Track;
  /** Number of the last sample in which it was there, and in which it was in use. */
  seen: number;
  used: number;
}

/**
 * The tracks of clients; on a client, of its servers. When all are taken, one that is in use
 * replaces the one that has not been in use for the longest time.
 */
export class Clients {
  #byName = new Map<string, Client>();
  #lines: Timelines;
  #sample = 0;
  /** Whether the current sample has found all tracks in use. */
  #isFull = false;
  /** Whether a client without a track may have carried something before. */
  #hasMissed = false;

  constructor(lines: Timelines) {
    this.#lines = lines;
  }

  get size(): number {
    return this.#byName.size;
  }

  find(name: string): Track | undefined {
    return this.#byName.get(name)?.track;
  }

  /** Returns the track of a client, new if there is room. */
  enter(name: string): Track | undefined {
    const found = this.#byName.get(name);
    if (found !== undefined) return found.track;
    if (this.#byName.size >= MAX_CLIENTS) return undefined;
    const track = new Track(this.#lines, ownRoom(CLIENT_COLUMNS, this.#lines));
    this.#byName.set(name, { track, seen: 0, used: 0 });
    return track;
  }

  /** Sets the counters from which a client's next sample counts. */
  setOrigin(name: string, values: Float64Array): void {
    this.enter(name)?.setOrigin(values);
  }

  /** Begins a sample. */
  begin(): void {
    this.#sample++;
    this.#isFull = false;
  }

  /** Adds the values of a client to the sample. */
  add(name: string, values: Float64Array): void {
    const isUsed = !Number.isNaN(values[ROUND_TRIP]) ||
      values[SESSIONS_OPEN] + values[SESSIONS_HELD] > 0;
    const isNew = !this.#byName.has(name);
    if (isNew && isUsed) this.#makeRoom();
    const track = this.enter(name);
    const client = this.#byName.get(name);
    if (track === undefined || client === undefined) {
      this.#hasMissed = true;
      return;
    }
    if (isNew && this.#hasMissed) track.setOrigin(values);
    client.seen = this.#sample;
    if (isUsed) client.used = this.#sample;
    track.add(values);
  }

  /** Ends a sample: clients that were not added have carried nothing. */
  end(): void {
    for (const { seen, track } of this.#byName.values()) {
      if (seen !== this.#sample) track.addAbsent();
    }
  }

  *[Symbol.iterator](): Iterator<readonly [string, Track]> {
    for (const [name, { track }] of this.#byName) yield [name, track];
  }

  #makeRoom(): void {
    if (this.#byName.size < MAX_CLIENTS || this.#isFull) return;
    let oldest: string | undefined;
    let used = this.#sample - 1; // the order of the visits must not decide
    for (const [name, client] of this.#byName) {
      if (client.used >= used) continue;
      oldest = name;
      used = client.used;
    }
    if (oldest === undefined) this.#isFull = true;
    else this.#byName.delete(oldest);
    this.#hasMissed = true;
  }
}
