/** What happened to one customer, in order. Pure; times are of the wall clock, in milliseconds. */

/** What a customer, an AC, a proxy or a tunnel did. */
export const STORY_KINDS = [
  "padi", // the customer looks for an AC
  "pado", // an AC offers a session
  "padr", // the customer asks an AC for a session
  "ac-refused", // an answer with an error tag
  "refused", // this daemon dropped a packet of the customer, or an answer to it
  "opened",
  "closed",
  "tunnel-lost",
  "tunnel-closed",
  "tunnel-up",
  "interface-down",
  "interface-up",
  "drain",
  "started", // this daemon
] as const;
export type StoryKind = typeof STORY_KINDS[number];

/** Facts of an entry, with snake-case keys. */
export type StoryFacts = Readonly<Record<string, string | number | boolean>>;

/** Something that has just happened. */
export interface StoryNews {
  readonly at: number;
  readonly kind: StoryKind;
  readonly facts: StoryFacts;
}

/** One or more things of the same kind. */
export interface StoryEntry {
  readonly kind: StoryKind;
  /** Time of the first. */
  readonly at: number;
  /** Time of the last. */
  readonly until: number;
  readonly count: number;
  /** Facts of the last. */
  readonly facts: StoryFacts;
}

/** Maximum number of entries of a story, and of their characters as JSON; the oldest go first. */
export const MAX_ENTRIES = 64;
export const MAX_STORY = 16 * 1024;
/** Maximum length of a fact that is text, in characters. */
const MAX_FACT = 200;
/** Age at which an entry is forgotten, in milliseconds. */
export const MAX_AGE = 7 * 86_400_000;
/** Longest loop of entries that is joined, such as PADI, PADO, PADR, opened, closed. */
const MAX_LOOP = 6;
/** Maximum time between two rounds of a loop that are joined, in milliseconds. */
const MAX_PAUSE = 300_000;
/** The same for what concerns all customers of a tunnel: between two of them much may happen. */
const MAX_TUNNEL_PAUSE = 60_000;
const OF_TUNNELS: ReadonlySet<StoryKind> = new Set(["tunnel-lost", "tunnel-closed", "tunnel-up"]);
/** Facts in which entries that are joined may differ; the latest are kept. */
const VARYING: ReadonlySet<string> = new Set([
  "bytes_down",
  "bytes_up",
  "down_for_s",
  "duration_s",
  "frames_down",
  "frames_up",
  "session",
  "server",
  "session_id",
  "sessions_held",
  "wire_session_id",
]);

/** The story of one customer, or of a tunnel. */
export class Story {
  #entries: StoryEntry[] = [];
  #length = 0;

  get entries(): readonly StoryEntry[] {
    return this.#entries;
  }

  /** Number of characters of the entries as JSON. */
  get length(): number {
    return this.#length;
  }

  /** Time of the latest entry; -Infinity without one. */
  get latest(): number {
    return this.#entries.at(-1)?.until ?? -Infinity;
  }

  /** Adds what has just happened, and joins it with what it repeats. */
  add({ at, kind, facts }: StoryNews): void {
    this.put({ kind, at, until: at, count: 1, facts: clipped(facts) });
    for (let size = 1; size <= MAX_LOOP; size++) if (this.#join(size)) break;
    this.forget(at - MAX_AGE);
  }

  /** Adds an entry as it is. */
  put(entry: StoryEntry): void {
    // There are many short stories: push would reserve room for 16 more entries in each.
    this.#entries = [...this.#entries, entry];
    this.#length += lengthOf(entry);
    while (this.#entries.length > MAX_ENTRIES || this.#length > MAX_STORY) this.#removeFirst();
  }

  /** Removes entries that ended before a time. */
  forget(before: number): void {
    while (this.#entries.length > 0 && this.#entries[0].until < before) this.#removeFirst();
  }

  /** Joins the last `size` entries with the `size` before, if they repeat them soon enough. */
  #join(size: number): boolean {
    const second = this.#entries.length - size;
    const first = second - size;
    if (first < 0) return false;
    const [once, again] = [this.#entries[first], this.#entries[second]];
    const most = OF_TUNNELS.has(once.kind) ? MAX_TUNNEL_PAUSE : MAX_PAUSE;
    if (again.at - once.until > most) return false;
    for (let i = 0; i < size; i++) {
      // Each start matters: what came before it was of another process.
      if (this.#entries[second + i].kind === "started") return false;
      if (!isSame(this.#entries[first + i], this.#entries[second + i])) return false;
    }
    for (let i = 0; i < size; i++) {
      const [one, other] = [this.#entries[first + i], this.#entries[second + i]];
      const { kind, count, facts } = other;
      const until = Math.max(one.until, other.until); // the clock may have been set back
      const joined = { kind, at: one.at, until, count: one.count + count, facts };
      this.#length += lengthOf(joined) - lengthOf(one) - lengthOf(other);
      this.#entries[first + i] = joined;
    }
    this.#entries.length = second;
    return true;
  }

  #removeFirst(): void {
    const [first, ...rest] = this.#entries;
    this.#entries = rest;
    this.#length -= lengthOf(first);
  }
}

/** Number of characters of an entry as JSON. */
function lengthOf(entry: StoryEntry): number {
  return JSON.stringify(entry).length;
}

/** Whether two entries differ at most in facts that vary. */
function isSame(one: StoryEntry, other: StoryEntry): boolean {
  if (one.kind !== other.kind) return false;
  const keys = new Set([...Object.keys(one.facts), ...Object.keys(other.facts)]);
  for (const key of keys) {
    if (!VARYING.has(key) && one.facts[key] !== other.facts[key]) return false;
  }
  return true;
}

function clipped(facts: StoryFacts): StoryFacts {
  const clip = (value: string | number | boolean) =>
    typeof value === "string" && value.length > MAX_FACT ? `${value.slice(0, MAX_FACT)}…` : value;
  return Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, clip(value)]));
}
