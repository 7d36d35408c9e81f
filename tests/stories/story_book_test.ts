import { assert, assertEquals } from "@std/assert";
import { MAX_AGE, type StoryKind } from "../../src/stories/story.ts";
import { type StoredStory, StoryBook, TUNNEL } from "../../src/stories/story_book.ts";

const FORGED = 0x0400_0000_0000;

/** A book whose clocks advance together, and what it holds. */
function bookOf(limits = { stories: 500, characters: 1 << 20 }) {
  let now = 0;
  const book = new StoryBook(() => now, () => {}, limits);
  const add = (owner: string, customer: number, kind: StoryKind, facts = {}): void =>
    book.add(owner, customer, { at: now, kind, facts });
  const kinds = (customer: number): string[] =>
    book.find(customer).flatMap(({ entries }) => entries.map(({ kind }) => kind));
  return { book, add, kinds, pass: (milliseconds: number) => void (now += milliseconds) };
}

Deno.test("a flood of forged addresses evicts no customer with a session, no returning one, and none of another client", () => {
  const { book, add, kinds, pass } = bookOf();
  for (const kind of ["padi", "pado", "padr", "opened"] as const) add("north", 1, kind);
  add("north", 2, "padi");
  pass(5_000);
  add("north", 2, "padi");
  add("south", 3, "padi");
  add("north", TUNNEL, "tunnel-up");
  for (let i = 0; i < 100_000; i++) {
    add("north", FORGED + i, "padi");
    pass(1);
  }
  assertEquals(kinds(1), ["padi", "pado", "padr", "opened"]);
  assertEquals([kinds(2), kinds(3)], [["padi"], ["padi"]]);
  assertEquals(book.tunnel("north").length, 1);
  assertEquals(book.size, 500);
  assert(book.waiting < 10, "addresses that have asked once are not written");
});

Deno.test("forged addresses that return, and sessions of one client, evict no session's story of another", () => {
  const { book, add, kinds, pass } = bookOf();
  add("south", 1, "opened");
  for (let round = 0; round < 40; round++) {
    for (let i = 0; i < 250; i++) add("north", FORGED + i, "padi");
    pass(20_000);
    for (let i = 0; i < 250; i++) add("north", FORGED + 1_000 + i, "opened");
  }
  for (let i = 0; i < 2_000; i++) add("north", FORGED + 10_000 + i, "opened");
  assertEquals(kinds(1), ["opened"]);
  assertEquals(book.size, 500);
});

Deno.test("the book is bounded in characters", () => {
  const { book, add } = bookOf({ stories: 10_000, characters: 64 * 1024 });
  const text = "x".repeat(200);
  for (let i = 0; i < 4_000; i++) {
    add("north", i % 100 + 1, "opened", { text, reason: String(i) });
    assert(book.characters <= 64 * 1024);
  }
  const held = Array.from({ length: 100 }, (_, i) => book.find(i + 1)).flat();
  const length = held.flatMap(({ entries }) => entries)
    .reduce((sum, entry) => sum + JSON.stringify(entry).length, 0);
  assertEquals([book.characters, book.size], [length, held.length]);
});

Deno.test("what the store has follows the book, whatever fails in between", () => {
  const { book, add, pass } = bookOf({ stories: 50, characters: 1 << 20 });
  const rows = new Map<string, StoredStory>();
  const write = (fails: boolean): void => {
    const before = new Map(rows);
    book.write(
      7,
      (story) => rows.set(`${story.owner} ${story.customer}`, story),
      (owner, customer) => rows.delete(`${owner} ${customer}`),
    );
    if (!fails) return book.settle();
    book.revert();
    rows.clear();
    for (const [key, row] of before) rows.set(key, row);
  };
  for (let i = 0; i < 1_000; i++) {
    add(i % 3 === 0 ? "north" : "south", 1 + (i * 7) % 90, i % 5 === 0 ? "opened" : "padi");
    pass(500);
    if (i % 4 === 0) write(i % 3 === 0);
  }
  while (book.waiting > 0) write(false);
  for (const { owner, customer, entries } of rows.values()) {
    assertEquals(book.find(customer).find((it) => it.owner === owner)?.entries, entries);
  }
  assert(rows.size > 10 && rows.size <= 50, String(rows.size));
  const again = new StoryBook(() => 0);
  again.load(rows.values());
  assertEquals([again.size, again.waiting], [rows.size, 0]);
  again.rewrite();
  assertEquals(again.waiting, rows.size);
});

Deno.test("a full disk leaves a bounded number of stories waiting", () => {
  const { book, add, pass } = bookOf({ stories: 100, characters: 1 << 20 });
  for (let i = 0; i < 20_000; i++) {
    add("north", i + 1, "opened");
    pass(1);
  }
  assertEquals([book.size, book.waiting], [100, 100]);
});

Deno.test("stories older than a week go, from the store as well", () => {
  const { book, add, pass } = bookOf();
  add("north", 1, "opened");
  book.write(9, () => {}, () => {});
  book.settle();
  pass(MAX_AGE + 1);
  add("north", 2, "opened");
  assertEquals([book.size, book.find(1)], [1, []]);
  const removed: number[] = [];
  book.write(9, () => {}, (_owner, customer) => void removed.push(customer));
  assertEquals(removed, [1]);
});
