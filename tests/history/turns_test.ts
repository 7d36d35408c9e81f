import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { History } from "../../src/history/history.ts";
import { read } from "./read.ts";
import { FINE, ScriptedSource, START } from "./source.ts";

/** Ends the sample that has begun. */
function finish(history: History): void {
  while (history.isSampling) history.sampleMore();
}

Deno.test("sessions that are sampled in turns have the same history as at once", () => {
  const change = fc.record({
    what: fc.constantFrom("dial", "end", "carry"),
    at: fc.nat(30),
    elapsed: fc.integer({ min: 1, max: 30_000 }),
  });
  fc.assert(fc.property(fc.integer({ min: 1, max: 9 }), fc.array(change), (turn, changes) => {
    const [source, other] = [new ScriptedSource(), new ScriptedSource()];
    other.turn = turn;
    const [atOnce, inTurns] = [new History(source), new History(other)];
    let time = START;
    for (const [handle, { what, at, elapsed }] of changes.entries()) {
      for (
        const { open, dial } of [source, other].map((each) => ({
          open: each.open,
          dial: () => each.dial("a", handle + 1),
        }))
      ) {
        if (what === "dial") dial();
        else if (what === "end") open.splice(at, 1);
        else for (const session of open.slice(at)) session.traffic[0] += 10_000;
      }
      time += elapsed;
      for (const history of [atOnce, inTurns]) history.sample(time, elapsed);
      assert(turn >= other.open.length || inTurns.isSampling);
      finish(inTurns);
    }
    for (let handle = 1; handle <= changes.length; handle++) {
      const range = { subject: { client: "a", handle }, from: START, to: time + 1 };
      assertEquals(read(inTurns, "bytesUp", range), read(atOnce, "bytesUp", range));
    }
    assertEquals(inTurns.size, atOnce.size);
  }));
});

Deno.test("a session that a sample has yet to come to shows no old step in place of the new one", () => {
  const source = new ScriptedSource();
  const history = new History(source);
  const [, last] = [source.dial("a", 1), source.dial("a", 2)];
  for (let step = 1; step <= 100; step++) {
    last.traffic[0] += 10_000;
    history.sample(START + step * FINE, FINE);
  }
  source.turn = 1;
  history.sample(START + 101 * FINE, FINE);
  const range = { from: START + 99 * FINE, to: START + 101 * FINE };
  const values = (): (number | null)[] | undefined =>
    read(history, "bytesUp", { ...range, subject: { client: "a", handle: 2 } });
  assertEquals(values(), [1_000, null]);
  last.traffic[0] += 20_000;
  history.sampleMore();
  assertEquals(history.isSampling, false);
  assertEquals(values(), [1_000, 2_000]);
});

Deno.test("the time of a sample that comes before the last one has all sessions is not lost", () => {
  const source = new ScriptedSource();
  const history = new History(source);
  source.turn = 1;
  const [, last] = [source.dial("a", 1), source.dial("a", 2)];
  history.sample(START + FINE, FINE);
  history.sample(START + FINE + 10, 10);
  finish(history);
  last.traffic[0] += 10_000;
  history.sample(START + 2 * FINE, FINE - 10);
  finish(history);
  const subject = { client: "a", handle: 2 };
  assertEquals(
    read(history, "bytesUp", { subject, from: START + FINE, to: START + 2 * FINE }),
    [1_000],
  );
});
