import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { StoryBook } from "../../src/stories/story_book.ts";
import { until } from "../until.ts";
import { inDirectory, open, records, session, START } from "./sessions.ts";

const CUSTOMER = 0x0200_0000_0001;

function tell(stories: StoryBook): void {
  const at = START;
  stories.add("north", CUSTOMER, { at, kind: "padi", facts: { "service_name": 'go"ld\n局' } });
  stories.add("north", CUSTOMER, { at: at + 1, kind: "opened", facts: { "session_id": 7 } });
  stories.add("south", CUSTOMER + 1, { at, kind: "opened", facts: {} });
}

/** Waits until the journal's own timer has written everything. */
async function written(stories: StoryBook): Promise<void> {
  await until(() => stories.waiting === 0);
}

Deno.test("stories are in the store soon, without a close, and again after it", () =>
  inDirectory(async (directory) => {
    const first = open(directory);
    tell(first.stories);
    await written(first.stories);
    Deno.copyFileSync(`${directory}/sessions.db`, `${directory}/copy.db`);
    Deno.copyFileSync(`${directory}/sessions.db-wal`, `${directory}/copy.db-wal`);
    const copy = new DatabaseSync(`${directory}/copy.db`);
    assertEquals(copy.prepare("SELECT count(*) AS n FROM story").get(), { n: 2 });
    copy.close();
    const expected = first.stories.find(CUSTOMER);
    first.stories.add("south", CUSTOMER + 1, { at: START + 5, kind: "closed", facts: {} });
    await first.journal.close();
    const again = open(directory);
    assertEquals(again.stories.find(CUSTOMER), expected);
    assertEquals(again.stories.find(CUSTOMER + 1)[0].entries.map(({ kind }) => kind), [
      "opened",
      "closed",
    ]);
    await again.journal.close();
  }));

Deno.test("a store without stories gets them, and keeps its sessions", () =>
  inDirectory(async (directory) => {
    const first = open(directory);
    first.journal.opened(session(1));
    await first.journal.close();
    const database = new DatabaseSync(`${directory}/sessions.db`);
    database.exec("DROP TABLE story");
    database.close();
    const again = open(directory);
    assertEquals([again.quarantined, records(again)], [undefined, [session(1)]]);
    tell(again.stories);
    await again.journal.close();
    const last = open(directory);
    assertEquals(last.stories.size, 2);
    await last.journal.close();
  }));

Deno.test("a damaged story is left out, and neither the others nor sessions are", () =>
  inDirectory(async (directory) => {
    const first = open(directory);
    first.journal.opened(session(1));
    tell(first.stories);
    await first.journal.close();
    const database = new DatabaseSync(`${directory}/sessions.db`);
    database.exec("UPDATE story SET entries = '[{}]' WHERE owner = 'north'");
    database.close();
    const again = open(directory);
    assertEquals([again.quarantined, records(again).length, again.stories.size], [undefined, 1, 1]);
    tell(again.stories);
    await again.journal.close();
    const last = open(directory);
    assertEquals(last.stories.size, 2);
    await last.journal.close();
  }));
