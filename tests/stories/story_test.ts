import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  MAX_AGE,
  MAX_ENTRIES,
  MAX_STORY,
  Story,
  STORY_KINDS,
  type StoryKind,
} from "../../src/stories/story.ts";

const SECOND = 1_000;

/** A story of these kinds, one a second unless a number of seconds comes first. */
function storyOf(...steps: (StoryKind | number)[]): Story {
  const story = new Story();
  let at = 0;
  for (const step of steps) {
    if (typeof step === "number") at += step * SECOND;
    else story.add({ at: at += SECOND, kind: step, facts: {} });
  }
  return story;
}

const shown = ({ entries }: Story): string[] =>
  entries.map(({ kind, count, at, until }) => `${kind} ${count} ${(until - at) / SECOND}`);

Deno.test("repeated requests are one entry, with their number and time", () => {
  assertEquals(shown(storyOf("padi", "padi", 5, "padi")), ["padi 3 7"]);
  assertEquals(shown(storyOf("padi", 301, "padi")), ["padi 1 0", "padi 1 0"]);
});

Deno.test("a loop of dials is one round, in the order of its steps", () => {
  const round: StoryKind[] = ["padi", "padi", "pado", "padr", "opened", "closed"];
  const story = storyOf(...Array.from({ length: 100 }, () => round).flat());
  assertEquals(shown(story), [
    "padi 200 595",
    "pado 100 594",
    "padr 100 594",
    "opened 100 594",
    "closed 100 594",
  ]);
});

Deno.test("losses of a tunnel are joined only if they follow soon, and starts never", () => {
  const flaps = storyOf("tunnel-lost", "tunnel-up", "tunnel-lost", "tunnel-up");
  assertEquals(shown(flaps), ["tunnel-lost 2 2", "tunnel-up 2 2"]);
  assertEquals(
    storyOf("tunnel-lost", "tunnel-up", 60, "tunnel-lost", "tunnel-up").entries.length,
    4,
  );
  assertEquals(storyOf("started", "started").entries.length, 2);
});

Deno.test("what ends otherwise is another entry, and the facts that vary are the latest", () => {
  const story = new Story();
  const facts = [
    { reason: "padt-ac", session: "a.1", "duration_s": 3 },
    { reason: "padt-ac", session: "a.2", "duration_s": 5 },
    { reason: "idle", session: "a.3" },
  ];
  for (const [at, each] of facts.entries()) story.add({ at, kind: "closed", facts: each });
  assertEquals(story.entries.map(({ count, facts }) => [count, facts]), [
    [2, facts[1]],
    [1, facts[2]],
  ]);
});

Deno.test("no sequence exceeds the bounds, loses its order or miscounts what it keeps", () => {
  const news = fc.record({
    kind: fc.constantFrom(...STORY_KINDS),
    pause: fc.nat(400_000),
    text: fc.string({ maxLength: 500 }),
    reason: fc.constantFrom("a", "b"),
  });
  fc.assert(fc.property(fc.array(news, { maxLength: 400 }), (all) => {
    const story = new Story();
    let at = 0;
    for (const { kind, pause, text, reason } of all) {
      story.add({ at: at += pause, kind, facts: { text, reason } });
      assert(story.entries.length <= MAX_ENTRIES && story.length <= MAX_STORY);
    }
    const length = story.entries.reduce((sum, entry) => sum + JSON.stringify(entry).length, 0);
    assertEquals(story.length, length);
    const times = story.entries.map((entry) => entry.at);
    assertEquals(times, times.toSorted((one, other) => one - other));
    assert(story.entries.every((entry) => entry.at <= entry.until));
    const counted = story.entries.reduce((sum, { count }) => sum + count, 0);
    assert(counted <= all.length);
    if (all.length <= 20) assertEquals(counted, all.length);
  }));
});

Deno.test("entries older than a week are forgotten", () => {
  const story = new Story();
  story.add({ at: 0, kind: "opened", facts: {} });
  story.add({ at: MAX_AGE, kind: "closed", facts: {} });
  assertEquals(story.entries.length, 2);
  story.add({ at: MAX_AGE + 1, kind: "padi", facts: {} });
  assertEquals(story.entries.map(({ kind }) => kind), ["closed", "padi"]);
});
