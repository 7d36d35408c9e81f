import { assertEquals } from "@std/assert";
import { pastSession } from "../../src/state/past.ts";
import { RecentSessions } from "../../src/state/recent_sessions.ts";
import { counters, inDirectory, open, session, START } from "./sessions.ts";

Deno.test("in memory the newest past sessions are kept and the oldest are dropped", () => {
  const recent = new RecentSessions(10);
  assertEquals([recent.query(), recent.count()], [[], 0]);
  for (let i = 0; i < 25; i++) recent.add(pastSession(session(i), "idle", START, counters(i)));
  assertEquals(recent.count(), 10);
  const ids = recent.query({ limit: 3, offset: 1 }).map(({ acSessionId }) => acSessionId);
  assertEquals(ids, [24, 23, 22]);
});

Deno.test("queries of past sessions give the same results in memory as from a store", () =>
  inDirectory(async (directory) => {
    const { journal } = open(directory);
    const recent = new RecentSessions(100);
    for (let i = 0; i < 60; i++) {
      journal.opened(session(i));
      journal.closed(session(i), "admin", counters(i));
      recent.add(pastSession(session(i), "admin", START + 60_000, counters(i)));
      if (i === 40) await journal.flush();
    }
    const queries = [
      {},
      { peer: "client-3" },
      { peer: "client-3", limit: 2, offset: 5 },
      { mac: session(7).customer },
      { mac: session(7).concentrator, limit: 20, offset: 10 },
      { acSessionId: 9 },
      { acSessionId: 9, peer: "client-3" },
      { limit: 7, offset: 55 },
    ];
    for (const query of queries) {
      assertEquals(recent.query(query), journal.accounting.query(query));
      assertEquals(recent.count(query), journal.accounting.count(query));
    }
    await journal.close();
  }));
