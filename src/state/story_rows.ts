/** The table of customers' stories. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { formatMac, parseMac } from "../pppoe/mac.ts";
import { STORY_KINDS, type StoryEntry } from "../stories/story.ts";
import type { StoredStory, StoryBook } from "../stories/story_book.ts";
import { type Rank, RANKS } from "../stories/story_shelf.ts";
import { checkedValues, rowCheck } from "./record.ts";

/** Columns are in the order of `rowOf`; `rank` is the customer's rank, `entries` is JSON. */
export const STORY_SCHEMA = `CREATE TABLE story (
  owner TEXT NOT NULL,
  customer TEXT NOT NULL,
  rank INTEGER NOT NULL,
  latest_at INTEGER NOT NULL,
  entries TEXT NOT NULL,
  checked INTEGER NOT NULL,
  PRIMARY KEY (owner, customer)
) STRICT, WITHOUT ROWID`;

/** Maximum number of stories in a transaction: a mass redial must not fill the disk's queue. */
const SLICE = 64;
const KINDS: ReadonlySet<unknown> = new Set(STORY_KINDS);

/** Writes a book's stories; the caller manages transactions. */
export class StoryRows {
  #put: StatementSync;
  #remove: StatementSync;

  constructor(database: DatabaseSync) {
    this.#put = database.prepare("INSERT OR REPLACE INTO story VALUES (?,?,?,?,?,?)");
    this.#remove = database.prepare("DELETE FROM story WHERE owner = ? AND customer = ?");
  }

  /** Writes some of the stories that wait; `all` writes them all. */
  write(book: StoryBook, all = false): void {
    book.write(
      all ? Infinity : SLICE,
      (story) => {
        const row = rowOf(story);
        this.#put.run(...row, rowCheck(row));
      },
      (owner, customer) => void this.#remove.run(owner, formatMac(customer)),
    );
  }
}

/** Reads all stories, latest last; rows that are invalid are left out. */
export function* loadStories(database: DatabaseSync): Generator<StoredStory> {
  // A store of an earlier version on a disk that cannot be written has no such table.
  const found = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'story'").get();
  if (found === undefined) return;
  const statement = database.prepare("SELECT * FROM story ORDER BY latest_at");
  statement.setReadBigInts(true);
  for (const row of statement.iterate()) {
    const story = storyOf(row as Record<string, unknown>);
    if (story !== undefined) yield story;
  }
}

function rowOf({ owner, customer, rank, entries }: StoredStory): [
  string,
  string,
  number,
  number,
  string,
] {
  const latest = entries.at(-1)?.until ?? 0;
  return [owner, formatMac(customer), rank, latest, JSON.stringify(entries)];
}

function storyOf(row: Record<string, unknown>): StoredStory | undefined {
  const values = checkedValues(row);
  const customer = parseMac(String(values?.[1]));
  const rank = RANKS.find((rank) => rank === values?.[2]) as Rank | undefined;
  if (values === undefined || customer === undefined || rank === undefined) return undefined;
  const entries = entriesOf(String(values[4]));
  return entries === undefined ? undefined : { owner: String(values[0]), customer, rank, entries };
}

function entriesOf(json: string): StoryEntry[] | undefined {
  try {
    const entries: unknown = JSON.parse(json);
    return Array.isArray(entries) && entries.every(isEntry) ? entries : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(entry: unknown): entry is StoryEntry {
  const { kind, at, until, count, facts } = (entry ?? {}) as Partial<Record<string, unknown>>;
  return KINDS.has(kind) && [at, until, count].every(Number.isSafeInteger) &&
    typeof facts === "object" && facts !== null &&
    Object.values(facts).every((it) => ["string", "number", "boolean"].includes(typeof it));
}
