import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import type { Session } from "../../../src/proxy/session/session.ts";
import { SessionSweep } from "../../../src/proxy/session/session_sweep.ts";

/** Places of sessions, and what a sweep over them has visited since the last look. */
class Swept {
  readonly sessions: (Session | undefined)[] = [];
  readonly calls: string[] = [];
  visited: Session[] = [];
  readonly sweep = new SessionSweep(this, [{
    begin: (now) => this.calls.push(`begin ${now}`),
    visit: (session) => this.visited.push(session),
    pause: () => this.calls.push("pause"),
    end: (now) => this.calls.push(`end ${now}`),
  }]);

  open(index: number): void {
    this.sessions[index] ??= { index } as Session;
  }
}

const change = fc.record({
  opens: fc.boolean(),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

Deno.test("a session that stays open is visited once a round, one that comes or goes at most once", () => {
  const rounds = fc.array(fc.array(change, { maxLength: 20 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(fc.nat(12_000), rounds, (size, turns) => {
      const swept = new Swept();
      for (let index = 0; index < size; index++) swept.open(index);
      let staying = new Set(swept.sessions);
      for (const changes of turns) {
        const isOver = swept.sweep.turn(0);
        if (isOver) {
          const once = new Set(swept.visited);
          assertEquals(once.size, swept.visited.length, "none twice");
          for (const session of staying) assert(session === undefined || once.has(session));
          swept.visited = [];
        }
        for (const { opens, at } of changes) {
          const index = Math.floor(at * (swept.sessions.length + 1));
          if (opens) swept.open(index);
          else if (index < swept.sessions.length) {
            staying.delete(swept.sessions[index]);
            swept.sessions[index] = undefined;
          }
        }
        if (isOver) staying = new Set(swept.sessions);
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("a turn visits a sixteenth of many sessions, and all of few", () => {
  for (const size of [0, 1, 512, 513, 10_000, 65_535]) {
    const swept = new Swept();
    for (let index = 0; index < size; index++) swept.open(index);
    let turns = 0;
    do {
      const before = swept.visited.length;
      assertEquals(swept.sweep.turn(turns), !swept.sweep.isUnderWay);
      turns++;
      assertLessOrEqual(swept.visited.length - before, Math.max(512, Math.ceil(size / 16)));
    } while (swept.sweep.isUnderWay);
    assertEquals(swept.visited.length, size);
    assertEquals(turns, Math.min(16, Math.max(1, Math.ceil(size / 512))), `${size} sessions`);
    const pauses = Array<string>(turns).fill("pause");
    assertEquals(swept.calls, ["begin 0", ...pauses, `end ${turns - 1}`]);
  }
});

Deno.test("a visitor may end the session that it looks at, and others", () => {
  const sessions = Array.from({ length: 4 }, (_, index) => ({ index }) as Session | undefined);
  const seen: number[] = [];
  const sweep = new SessionSweep({ sessions: sessions as Session[] }, [
    { begin() {}, visit: ({ index }) => seen.push(index), end() {} },
    { begin() {}, visit: ({ index }) => sessions.fill(undefined, index, index + 2), end() {} },
  ]);
  assert(sweep.turn(0));
  assertEquals(seen, [0, 2]);
});
