import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { DatabaseSync } from "node:sqlite";
import type { SessionRecord } from "../../src/state/record.ts";
import { counters, inDirectory, open, records, session, START } from "./sessions.ts";

Deno.test("sessions are restored with their counters; ended ones are past sessions", () =>
  inDirectory(async (directory) => {
    let time = START + 1_000;
    const first = open(directory, { now: () => time });
    for (const i of [1, 2, 3]) first.journal.opened(session(i));
    first.journal.checkpoint((record) => counters(record.handle));
    time += 5_000;
    first.journal.closed(session(2), "padt-ac", counters(7));
    await first.journal.close();

    const { journal, restored, dropped, quarantined } = open(directory);
    assertEquals([dropped, quarantined], [0, undefined]);
    assertEquals(restored.map(({ handle }) => handle), [4, 2]);
    assertEquals(restored[0], { ...session(3), counters: counters(4), savedAt: START + 1_000 });
    journal.closed(session(1), "not-resumed");
    const past = journal.accounting.query();
    assertEquals(past.map(({ end, closedAt }) => [end, closedAt]), [
      ["not-resumed", START + 1_000],
      ["padt-ac", START + 6_000],
    ]);
    assertEquals([past[0].bytesToWire, past[1].bytesToWire], [400, 1_400]);
    await journal.close();
  }));

Deno.test("any sequence of open, close, count, flush and restart matches the model", async () => {
  const number = fc.nat(12);
  const step = fc.oneof(
    fc.record({ do: fc.constant("open" as const), i: number }),
    fc.record({ do: fc.constant("close" as const), i: number }),
    fc.record({ do: fc.constantFrom("count" as const, "flush" as const, "restart" as const) }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      (steps) =>
        inDirectory(async (directory) => {
          const live = new Map<number, SessionRecord>();
          let ended = 0;
          let { journal } = open(directory);
          for (const taken of steps) {
            if (taken.do === "open" && !live.has(taken.i)) {
              live.set(taken.i, session(taken.i));
              journal.opened(session(taken.i));
            } else if (taken.do === "close") {
              journal.closed(session(taken.i), "idle", counters(1));
              if (live.delete(taken.i)) ended++;
            } else if (taken.do === "count") journal.checkpoint(({ handle }) => counters(handle));
            else if (taken.do === "flush") assert(await journal.flush());
            else if (taken.do === "restart") {
              await journal.close();
              const again = open(directory);
              assertEquals(records(again), [...live.values()].sort((a, b) => a.handle - b.handle));
              journal = again.journal;
            }
          }
          await journal.close();
          const last = open(directory);
          assertEquals(records(last), [...live.values()].sort((a, b) => a.handle - b.handle));
          assertEquals(last.journal.accounting.query().length, ended);
          await last.journal.close();
        }),
    ),
    { numRuns: 40 },
  );
});

Deno.test("invalid rows are dropped, counted and removed", () =>
  inDirectory(async (directory) => {
    const { journal } = open(directory);
    const wrong: Partial<SessionRecord>[] = [
      { handle: 0 },
      { handle: 0x10000 },
      { acSessionId: 0 },
      { wireSessionId: 0xffff },
      { customer: 0x0100_0000_0000 },
      { remote: 0 },
      { peer: "" },
      { openedAt: -1 },
    ];
    wrong.forEach((part, i) => journal.opened({ ...session(i), ...part }));
    journal.opened(session(20));
    journal.opened({ ...session(20), local: 0x0230_0000_0000 }); // a newer session with the same handle
    journal.opened(session(30));
    await journal.close();
    const database = new DatabaseSync(`${directory}/sessions.db`);
    database.exec("UPDATE live SET handle = 99 WHERE handle = 31");
    database.close();

    const again = open(directory);
    assertEquals(records(again), [{ ...session(20), local: 0x0230_0000_0000 }]);
    assertEquals(again.dropped, wrong.length + 2);
    await again.journal.close();
    const last = open(directory);
    assertEquals([last.restored.length, last.dropped], [1, 0]);
    await last.journal.close();
  }));

Deno.test("a large log is copied into the database while sessions open and close", () =>
  inDirectory(async (directory) => {
    const { journal } = open(directory);
    const log = `${directory}/sessions.db-wal`;
    let largest = 0;
    for (let round = 0; round < 30; round++) {
      for (let i = 0; i < 500; i++) journal.opened({ ...session(i), openedAt: START + round });
      const flushed = journal.flush();
      journal.closed(session(round), "idle"); // the log may be truncated at this moment
      assert(await flushed);
      largest = Math.max(largest, Deno.statSync(log).size);
    }
    assert(await journal.flush());
    assert(largest < 3 << 20, `log of ${largest} bytes`);
    await journal.close();
    const again = open(directory);
    assertEquals(again.restored.length, 499);
    assertEquals(again.journal.accounting.query().length, 30);
    await again.journal.close();
  }));

Deno.test("damage found while running: a new store is created with all open sessions", () =>
  inDirectory(async (directory) => {
    const opened = open(directory);
    const { journal, troubles, recoveries } = opened;
    for (let i = 0; i < 20_000; i++) journal.opened(session(i));
    assert(await journal.flush());
    const bytes = new Uint8Array(8 << 20).fill(0xa5); // SQLite caches 2 MB: with fewer sessions it would not notice
    for (const suffix of ["", "-wal"]) {
      const file = Deno.openSync(`${directory}/sessions.db${suffix}`, { write: true });
      file.writeSync(bytes);
      // Left open: closing it would drop the process's locks.
      damaged.push(file);
    }
    for (let i = 0; i < 20_000; i += 2) journal.closed(session(i), "idle");
    await journal.flush();
    assert(await journal.flush());
    assertEquals(troubles.length, 1);
    assertEquals(recoveries.map(({ quarantined }) => quarantined?.fault), ["damaged"]);
    damaged.splice(0).forEach((file) => file.close());
    await journal.close();
    const again = open(directory);
    assertEquals(again.restored.length, 10_000);
    await again.journal.close();
  }));

const damaged: Deno.FsFile[] = [];
