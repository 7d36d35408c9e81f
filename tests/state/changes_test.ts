import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { Changes } from "../../src/state/changes.ts";
import type { LiveRows } from "../../src/state/live_rows.ts";
import { counters, session } from "./sessions.ts";

/** The counters that are written of each session, by its handle, with all that waits to be. */
class Written {
  readonly changes = new Changes(new Map());
  readonly byHandle = new Map<number, number>();

  write(): void {
    const put: LiveRows["put"] = (_, { handle, counters: { framesFromWire } }) =>
      void this.byHandle.set(handle, framesFromWire);
    this.changes.write({ put, remove() {}, sweep() {} } as unknown as LiveRows, Infinity);
    this.changes.settle();
  }
}

Deno.test("counters are saved some at a time, and none of a session that stays open is left out", () => {
  const change = fc.record({ i: fc.nat(40), opens: fc.boolean() });
  const turns = fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 30 });
  fc.assert(fc.property(fc.integer({ min: 1, max: 9 }), turns, (most, turns) => {
    const written = new Written();
    const { changes } = written;
    const open = new Set<number>();
    for (let i = 0; i < 20; i++) {
      changes.opened(session(i));
      open.add(i);
    }
    let round = 1;
    let staying = new Set(open);
    for (const changed of turns) {
      let counted = 0;
      const isOver = changes.countSome(() => (counted++, counters(round)), round, most);
      assertLessOrEqual(counted, most);
      if (isOver) {
        written.write();
        const { framesFromWire } = counters(round++);
        for (const i of staying) {
          assertEquals(written.byHandle.get(session(i).handle), framesFromWire);
        }
      }
      for (const { i, opens } of changed) {
        if (opens && !open.has(i)) changes.opened(session(i));
        else if (!opens && open.has(i)) changes.take(session(i));
        if (opens) {
          open.add(i);
        } else {
          staying.delete(i);
          open.delete(i);
        }
      }
      if (isOver) staying = new Set(open);
    }
  }));
});

Deno.test("counters of all sessions are saved at once at the end, although some have been", () => {
  const written = new Written();
  for (let i = 0; i < 5; i++) written.changes.opened(session(i));
  assert(!written.changes.countSome(() => counters(1), 1, 3));
  written.changes.count(() => counters(2), 2);
  written.write();
  assertEquals([...written.byHandle.values()], Array(5).fill(counters(2).framesFromWire));
  assert(written.changes.countSome(() => counters(3), 3, 3), "the round goes on where it was");
});
