import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import fc from "fast-check";
import { SessionRounds } from "../../src/daemon/session_rounds.ts";
import { sessionVisitors } from "../../src/daemon/session_visitors.ts";
import type { Session } from "../../src/proxy/session/session.ts";
import { SessionSweep } from "../../src/proxy/session/session_sweep.ts";
import { AC_HEARD, COUNTERS } from "../../src/proxy/session/session_table.ts";
import { OpenSessions } from "./open_sessions.ts";

/** Sessions enough for three turns. */
const MANY = 1_500;

function carry(open: OpenSessions, { index }: Session, frames: number): void {
  open.table.counters[index * COUNTERS] += frames;
}

function hear(open: OpenSessions, { index }: Session): void {
  open.table.counters[index * COUNTERS + AC_HEARD] = open.time;
}

Deno.test("the sum of a peer's traffic never falls, whenever its sessions open and end", () => {
  const step = fc.record({
    what: fc.constantFrom("open", "end", "turn", "turn", "carry"),
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const open = new OpenSessions();
      const sessions = Array.from({ length: MANY }, () => open.open());
      for (const session of sessions) carry(open, session, 1_000);
      const sweep = new SessionSweep(open.table, sessionVisitors(open.daemon));
      let carried = 0;
      let before = MANY * 1_000;
      let [atLeast, latest] = [before, before];
      const turn = (): void => {
        if (!sweep.isUnderWay) atLeast = latest;
        open.time += 50;
        if (!sweep.turn(open.time)) return;
        const { sum } = open.peers.byName.get("north") ?? { sum: [] };
        assertGreaterOrEqual(sum[0], before, "grows");
        assertGreaterOrEqual(sum[0], atLeast, "all that was carried before the round");
        assert(sum[0] <= latest, "nothing twice");
        before = sum[0];
      };
      for (const { what, at } of steps) {
        const index = Math.floor(at * sessions.length);
        if (what === "open") sessions.push(open.open());
        else if (what === "end") open.end(sessions.splice(index, 1)[0]);
        else if (what === "carry") {
          carry(open, sessions[index], 77);
          carried += 77;
          latest = MANY * 1_000 + carried;
        } else turn();
      }
      while (sweep.isUnderWay) turn();
      do turn(); while (sweep.isUnderWay);
      assertEquals(before, latest);
      assertEquals(open.peers.traffic(open.table).get("north")?.[0], latest);
    }),
    { numRuns: 60 },
  );
});

Deno.test("a rate is that of the time between two visits, although a round takes several turns", () => {
  const open = new OpenSessions();
  const sessions = Array.from({ length: MANY }, (_, at) => open.open(at < 100 ? "first" : "last"));
  const sweep = new SessionSweep(open.table, sessionVisitors(open.daemon));
  for (let second = 0; second < 8; second++) {
    for (let turn = 0; turn < 20; turn++) {
      if (turn === 0 || sweep.isUnderWay) sweep.turn(open.time);
      for (const session of sessions) carry(open, session, 1);
      open.time += 50;
    }
  }
  assertEquals(open.rates.of("first")[0], 100 * 20);
  assertEquals(open.rates.of("last")[0], (MANY - 100) * 20);
});

Deno.test("an AC that a session hears during a round is not quiet in it, nor one heard before", () => {
  const open = new OpenSessions();
  const sessions = Array.from({ length: MANY }, () => open.open());
  const [first, last] = [sessions[0], sessions[MANY - 1]];
  const echo = Uint8Array.of(0xc0, 0x21, 9, 1, 0, 8, 0, 0, 0, 1);
  open.lcp.packet(first.index, echo, 0, echo.length, true);
  const sweep = new SessionSweep(open.table, sessionVisitors(open.daemon));
  const round = (between = (): void => {}): number[] => {
    while (!sweep.turn(open.time)) {
      between();
      open.time += 500;
    }
    return open.acs.quiet.current().map(({ sessions }) => sessions);
  };
  open.time += 1_000;
  for (const session of sessions.slice(512)) hear(open, session);
  open.time += 2_600;
  assertEquals(round(), [], "each unheard for 3 s when it is visited, and never all at once");
  open.time += 2_000;
  assertEquals(round(() => hear(open, last)), [], "heard meanwhile");
  open.time += 4_000;
  assertEquals(round(), [MANY]);
  open.isUp = false;
  assertEquals(round(), [], "an interface that is down hears nothing");
  open.isUp = true;
  assertEquals(round(), [MANY]);
});

Deno.test("a round begins only when the last one is over, and stops with the daemon", () => {
  const open = new OpenSessions();
  for (let at = 0; at < MANY; at++) open.open();
  const over: number[] = [];
  let waiting: (() => void) | undefined;
  const rounds = new SessionRounds({
    table: open.table,
    visitors: sessionVisitors(open.daemon),
    over: (now) => over.push(now),
    now: () => open.time,
    later(_, run): () => void {
      waiting = run;
      return () => waiting = undefined;
    },
  });
  const turn = (): void => {
    const run = waiting;
    waiting = undefined;
    open.time += 50;
    run?.();
  };
  rounds.start();
  turn();
  rounds.start(); // too early
  assertEquals(over, []);
  turn();
  assertEquals(over, [open.time]);
  assertEquals(waiting, undefined, "no timer between rounds");
  rounds.start();
  assert(waiting !== undefined);
  rounds.stop();
  assertEquals(waiting, undefined);
});
