import { assertEquals } from "@std/assert";
import { DaemonCounters } from "../../src/daemon/history_source.ts";
import { OpenSessions } from "./open_sessions.ts";

Deno.test("a session that opens during a round of the history counts from 0 when it is visited", () => {
  const open = new OpenSessions();
  const sessions = Array.from({ length: 1_500 }, () => open.open());
  open.time += 1;
  const counters = new DaemonCounters({
    mode: "server",
    now: () => open.time,
    table: open.table,
    peers: new Map(),
    stats: open.peers.byName,
    drops: () => 0,
  });
  const fresh: number[] = [];
  const round = (between = (): void => {}): number[] => {
    fresh.length = 0;
    for (;;) {
      open.time += 50;
      const isOver = counters.sessions((session, _, isFresh) =>
        isFresh && fresh.push(session.index)
      );
      if (isOver) return [...fresh];
      between();
    }
  };
  const late: number[] = [];
  assertEquals(
    round(() => {
      if (late.length > 0) return;
      open.end(sessions[7]);
      late.push(open.open().index); // in a place that the round has passed
    }),
    [],
  );
  assertEquals(round(), late);
  assertEquals(round(), []);
});
