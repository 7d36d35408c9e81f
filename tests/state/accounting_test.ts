import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { counters, inDirectory, open, session } from "./sessions.ts";

Deno.test("the latest past sessions are kept, newest first, both waiting and written", () =>
  inDirectory(async (directory) => {
    const { journal } = open(directory, { maxPast: 300 });
    const handles = (offset: number) =>
      journal.accounting.query({ limit: 3, offset }).map(({ acSessionId }) => acSessionId);
    for (let i = 0; i < 1_000; i++) {
      journal.opened(session(i));
      journal.closed(session(i), "idle", counters(i));
      if (i % 100 === 50) assert(await journal.flush());
    }
    assertEquals(handles(0), [1_000, 999, 998]);
    assertEquals(handles(48), [952, 951, 950]); // from memory into the store
    assertEquals(handles(298), [702, 701]);
    assertEquals(handles(300), []);
    await journal.close();
    const database = new DatabaseSync(`${directory}/sessions.db`);
    const { n } = database.prepare("SELECT count(*) AS n FROM past").get() ?? {};
    assert(Number(n) >= 300 && Number(n) < 300 + 128, `${n} rows`);
    database.close();
    const again = open(directory, { maxPast: 10 });
    assertEquals(again.journal.accounting.query().length, 10);
    await again.journal.close();
  }));

Deno.test("past sessions can be queried by peer and by either MAC address", () =>
  inDirectory(async (directory) => {
    const { journal } = open(directory);
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 21; i++) {
        journal.opened(session(i));
        journal.closed(session(i), "padt-customer", counters(i));
      }
      if (round === 0) assert(await journal.flush());
    }
    const { accounting } = journal;
    assertEquals(accounting.query({ peer: "client-3" }).length, 6);
    assertEquals(accounting.query({ peer: "nobody" }), []);
    assertEquals(accounting.query({ mac: session(5).customer }).length, 2);
    assertEquals(accounting.query({ mac: session(5).concentrator }).length, 42);
    assertEquals(
      accounting.query({ mac: session(5).concentrator, limit: 5, offset: 40 }).length,
      2,
    );
    assertEquals(accounting.count({ mac: session(5).concentrator }), 42);
    assertEquals(accounting.count({ acSessionId: 6 }), 2);
    const closedAt = 1_700_000_060_000;
    assertEquals(accounting.count({ from: closedAt, to: closedAt, end: "padt-customer" }), 42);
    assertEquals(accounting.count({ from: closedAt + 1 }), 0);
    assertEquals(accounting.query({ to: closedAt - 1 }), []);
    assertEquals(accounting.count({ end: "padt-ac" }), 0);
    assertEquals(accounting.query({ peer: "client-5", mac: session(5).customer })[0], {
      peer: "client-5",
      customer: session(5).customer,
      concentrator: session(5).concentrator,
      acSessionId: 6,
      acName: "ac-2",
      serviceName: "internet",
      openedAt: session(5).openedAt,
      closedAt: 1_700_000_060_000,
      end: "padt-customer",
      ...counters(5),
    });
    await journal.close();
  }));
