import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { counters, inDirectory, open, records, session } from "./sessions.ts";

const SEED = 20_261_124;
const ROUNDS = 400;
const SESSIONS = 200;

/** Returns a generator of numbers below `limit`: xorshift32 (Marsaglia, 2003). */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/** Returns the files of a store with open and past sessions, part of it in the log. */
async function filesOf(directory: string): Promise<Map<string, Uint8Array>> {
  const { journal } = open(directory);
  for (let i = 0; i < SESSIONS; i++) journal.opened(session(i));
  for (let i = 0; i < SESSIONS; i += 2) journal.closed(session(i), "idle", counters(i));
  await journal.close();
  const again = open(directory);
  for (let i = 0; i < SESSIONS; i += 4) again.journal.opened(session(i));
  await again.journal.flush();
  const files = new Map(
    ["", "-wal"].map((suffix) => [suffix, Deno.readFileSync(`${directory}/sessions.db${suffix}`)]),
  );
  await again.journal.close();
  return files;
}

/** Flips bits, truncates, fills a page, or copies one page over another. */
function damage(bytes: Uint8Array, below: (limit: number) => number): Uint8Array {
  const copy = bytes.slice();
  const page = below(Math.ceil(copy.length / 4_096)) * 4_096;
  switch (below(5)) {
    case 0:
      return copy.slice(0, below(copy.length));
    case 1:
      return copy.fill(below(256), page, page + 4_096);
    case 2:
      return copy.copyWithin(page, below(Math.ceil(copy.length / 4_096)) * 4_096, copy.length);
    case 3:
      copy[below(Math.min(100, copy.length))] ^= 1 << below(8); // the header
      return copy;
    default:
      for (let i = 1 + below(16); i > 0; i--) copy[below(copy.length)] ^= 1 << below(8);
      return copy;
  }
}

Deno.test(`a store damaged anywhere opens and returns only what was written (seed ${SEED})`, () =>
  inDirectory(async (parent) => {
    const files = await filesOf(parent);
    const below = numbers(SEED);
    const known = new Map(Array.from({ length: SESSIONS }, (_, i) => [i, session(i)]));
    const seen = { whole: 0, partly: 0, quarantined: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const directory = `${parent}/${round}`;
      Deno.mkdirSync(directory);
      const victim = below(2) === 0 ? "" : "-wal";
      for (const [suffix, bytes] of files) {
        const written = suffix === victim ? damage(bytes, below) : bytes;
        Deno.writeFileSync(`${directory}/sessions.db${suffix}`, written);
      }
      const opened = open(directory);
      for (const record of records(opened)) {
        assertEquals(record, known.get(record.handle - 1), `round ${round}`);
      }
      const { accounting } = opened.journal;
      if (opened.troubles.length === 0) {
        for (const past of accounting.query({ limit: SESSIONS })) {
          const original = session(past.acSessionId - 1);
          assertEquals(past.customer, original.customer, `round ${round}`);
          assertEquals(past.bytesToWire, counters(past.acSessionId - 1).bytesToWire);
        }
      }
      if (opened.quarantined !== undefined) seen.quarantined++;
      else if (opened.restored.length === SESSIONS * 3 / 4) seen.whole++;
      else seen.partly++;
      opened.journal.opened(session(SESSIONS + 1));
      assert(await opened.journal.flush(), `round ${round}: ${opened.troubles}`);
      await opened.journal.close();
      Deno.removeSync(directory, { recursive: true });
    }
    // The test is useful only if all three outcomes occur.
    assert(Object.values(seen).every((count) => count > 10), JSON.stringify(seen));
  }));

/** Returns the SQL statements in a document's code blocks. */
function statements(document: string): string[] {
  const text = Deno.readTextFileSync(new URL(`../../docs/${document}`, import.meta.url));
  return [...text.matchAll(/```sql\n(.*?)\n```/gs)].map(([, sql]) => sql);
}

Deno.test("a closed store has the tables of docs/state.md, and the statements there work", () =>
  inDirectory(async (directory) => {
    await filesOf(directory);
    const database = new DatabaseSync(`${directory}/sessions.db`, { readOnly: true });
    const [live, past, story, byPeer, ends] = statements("state.md");
    const tables = database.prepare("SELECT sql FROM sqlite_schema ORDER BY rowid").all();
    assertEquals(tables.map(({ sql }) => sql).slice(1), [live, past, story]);
    const counts = database.prepare(byPeer).all().map((row) => Number(row["count(*)"]));
    assertEquals(counts.reduce((a, b) => a + b), SESSIONS * 3 / 4);
    assertEquals(database.prepare(ends).all().length, Math.min(20, SESSIONS / 2));
    database.close();
  }));
