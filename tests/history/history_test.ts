import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Column, COLUMNS } from "../../src/history/columns.ts";
import { History, type Subject } from "../../src/history/history.ts";
import { MAX_CLIENTS } from "../../src/history/clients.ts";
import { MAX_SESSIONS } from "../../src/history/sessions.ts";
import { planSteps } from "../../src/history/reading.ts";
import { read } from "./read.ts";
import { COARSE, FINE, ScriptedSource, START } from "./source.ts";

Deno.test("a sample counts what was carried since the last one, as a rate", () => {
  const source = new ScriptedSource();
  source.set("branch-1", { bytesUp: 1_000_000 });
  const history = new History(source);
  source.set("branch-1", { bytesUp: 1_005_000, bytesDown: 20_000, sessionsOpen: 3, roundTrip: 7 });
  source.dropped = 4;
  history.sample(START + FINE, FINE);
  const range = { from: START, to: START + FINE };
  assertEquals(read(history, "bytesUp", range), [500]);
  assertEquals(read(history, "bytesDown", { ...range, subject: { client: "branch-1" } }), [2_000]);
  assertEquals(read(history, "sessionsOpen", range), [3]);
  assertEquals(read(history, "roundTrip", range), [7]);
  assertEquals(read(history, "drops", range), [4]);
  assertEquals(read(history, "bytesUp", { ...range, subject: { client: "nobody" } }), undefined);
});

Deno.test("a late sample's rate is over the time that it covers", () => {
  const source = new ScriptedSource();
  const history = new History(source);
  source.set("a", { bytesUp: 30_000 });
  history.sample(START + 3 * FINE, 3 * FINE);
  const from = START;
  assertEquals(read(history, "bytesUp", { from, to: from + 3 * FINE }), [null, 1_000, null]);
});

Deno.test("a time without samples is a gap, not a zero", () => {
  const source = new ScriptedSource();
  const history = new History(source);
  source.set("a", { bytesUp: 10_000 });
  history.sample(START + FINE, FINE);
  history.sample(START + 4 * FINE, FINE);
  const points = read(history, "bytesUp", { from: START, to: START + 4 * FINE });
  assertEquals(points, [1_000, null, null, 0]);
});

Deno.test("counters that begin again count from then on", () => {
  const source = new ScriptedSource();
  source.set("a", { bytesUp: 9_000 });
  const history = new History(source);
  source.set("a", { bytesUp: 10 });
  history.sample(START + FINE, FINE);
  source.set("a", { bytesUp: 1_010 });
  history.sample(START + 2 * FINE, FINE);
  assertEquals(read(history, "bytesUp", { from: START, to: START + 2 * FINE }), [0, 100]);
});

Deno.test("any traffic is found again, in fine and coarse steps and in fewer points", () => {
  const burst = fc.array(
    fc.record({ up: fc.nat(1_000_000_000), wait: fc.integer({ min: 1, max: 9 }) }),
    {
      minLength: 1,
      maxLength: 60,
    },
  );
  fc.assert(fc.property(burst, fc.integer({ min: 2, max: 90 }), (bursts, points) => {
    const source = new ScriptedSource();
    const history = new History(source);
    let [time, sum] = [START, 0];
    for (const { up, wait } of bursts) {
      source.set("a", { bytesUp: sum += up });
      time += wait * FINE;
      history.sample(time, FINE);
    }
    const to = time;
    const last = Math.floor((to - 1) / COARSE) * COARSE + COARSE;
    const stepAt = (time: number) => Math.floor(time / FINE);
    const fine = planSteps(true, stepAt(START), stepAt(to - 1), points);
    const coarse = planSteps(
      false,
      Math.floor(START / COARSE),
      Math.floor((last - 1) / COARSE),
      1_440,
    );
    assert(fine.points <= points);
    for (const plan of [fine, coarse]) {
      if (plan.isFine && to - START > 3_600_000) continue;
      for (const [subject, error] of [[{}, 0], [{ client: "a" }, 1 / 1_000]] as const) {
        const values = [...history.read(subject, plan)?.columns[0] ?? []];
        const found = values.reduce((all, value) => all + (Number.isNaN(value) ? 0 : value), 0);
        assert(Math.abs(found - sum) <= sum * error, `${found} of ${sum}`);
      }
    }
  }));
});

Deno.test("any jump of the clock loses only what it overwrites, and never shows an old step", () => {
  const jump = fc.array(
    fc.tuple(fc.integer({ min: -400_000_000_000, max: 400_000_000_000 }), fc.nat(20)),
    { maxLength: 6 },
  );
  fc.assert(fc.property(jump, (jumps) => {
    const source = new ScriptedSource();
    const history = new History(source);
    const latest = new Map<number, number>();
    let [time, sum] = [START, 0];
    for (const [offset, steps] of [[0, 20], ...jumps]) {
      time += offset;
      for (let i = 0; i < steps; i++) {
        time += FINE;
        source.set("a", { bytesUp: sum += 10_000 });
        history.sample(time, FINE);
        const step = Math.floor((time - FINE / 2) / FINE);
        latest.set(step, (latest.get(step) ?? 0) + 1);
      }
      const from = time - 100 * FINE;
      const plan = planSteps(true, Math.floor(from / FINE), Math.floor((time - 1) / FINE), 1_440);
      const values = history.read({ client: "a" }, plan)?.columns[0] ?? new Float64Array();
      for (const [point, value] of values.entries()) {
        if (Number.isNaN(value)) continue;
        assert(latest.has(plan.first + point), "a step that was never sampled");
      }
    }
  }));
});

Deno.test("a session counts from its start, keeps its steps after its end, and is forgotten after an hour", () => {
  const source = new ScriptedSource();
  const history = new History(source);
  const session = source.dial("a", 7);
  session.traffic[0] = 10_000;
  history.sample(START + FINE, FINE);
  session.traffic[0] = 40_000;
  history.sample(START + 2 * FINE, FINE);
  source.open = [];
  history.sample(START + 3 * FINE, FINE);
  const subject = { client: "a", handle: 7 };
  const range = { subject, from: START, to: START + 3 * FINE };
  assertEquals(read(history, "bytesUp", range), [1_000, 3_000, null]);
  assertEquals(read(history, "sessionsOpen", range), [null, null, null]);
  for (let step = 4; step < 400; step++) history.sample(START + step * FINE, FINE);
  assertEquals([history.size.sessions, read(history, "bytesUp", range)], [0, undefined]);
});

Deno.test("a session keeps 10 minutes in steps of 10 s, and the hour in minutes", () => {
  const source = new ScriptedSource();
  const history = new History(source);
  const session = source.dial("a", 7);
  for (let step = 1; step <= 180; step++) {
    session.traffic[0] += 10_000;
    history.sample(START + step * FINE, FINE);
  }
  const to = START + 180 * FINE;
  const subject = { client: "a", handle: 7 };
  const tenMinutes = { subject, from: to - 60 * FINE, to };
  assertEquals(read(history, "bytesUp", tenMinutes), new Array(60).fill(1_000));
  const more = { ...tenMinutes, from: Math.floor(START / COARSE + 1) * COARSE };
  assertEquals(read(history, "bytesUp", more)?.length, 30);
  assertEquals(new Set(read(history, "bytesUp", more)), new Set([1_000]));
});

Deno.test("a session that takes the room of an ended one shows nothing of it", () => {
  const source = new ScriptedSource();
  const history = new History(source);
  source.dial("a", 7).traffic[0] = 10_000;
  history.sample(START + FINE, FINE);
  source.open = [];
  for (let step = 2; step < 400; step++) history.sample(START + step * FINE, FINE);
  assertEquals(history.size.sessions, 0);
  source.dial("b", 9);
  const to = START + 400 * FINE;
  history.sample(to, FINE);
  for (const from of [to - 60 * FINE, to - 360 * FINE]) {
    const range = { subject: { client: "b", handle: 9 }, from, to };
    const carried = read(history, "bytesUp", range)?.filter((rate) => rate !== null);
    assertEquals(carried, [0]);
  }
});

Deno.test("of two sessions with one name the later is found; one that was open before counts from now", () => {
  const source = new ScriptedSource();
  const history = new History(source);
  source.dial("a", 7).traffic[0] = 10_000;
  history.sample(START + FINE, FINE);
  source.open = [];
  const second = source.dial("a", 7);
  second.traffic[0] = 50_000;
  second.isFresh = false;
  history.sample(START + 2 * FINE, FINE);
  const subject = { client: "a", handle: 7 };
  assertEquals(read(history, "bytesUp", { subject, from: START, to: START + 2 * FINE }), [null, 0]);
});

Deno.test("sessions beyond the limit take the place of ended ones only, and the number stays", () => {
  const source = new ScriptedSource();
  const history = new History(source);
  for (let i = 0; i < MAX_SESSIONS + 5; i++) source.dial("a", i + 1);
  history.sample(START + FINE, FINE);
  const find = (handle: number) =>
    read(history, "bytesUp", { subject: { client: "a", handle }, from: START, to: START + FINE });
  assertEquals(history.size.sessions, MAX_SESSIONS);
  assertEquals([find(1), find(MAX_SESSIONS), find(MAX_SESSIONS + 1)], [[0], [0], undefined]);
  source.open.splice(0, 3);
  history.sample(START + 2 * FINE, FINE); // the first three end with this sample
  history.sample(START + 3 * FINE, FINE);
  assertEquals(history.size.sessions, MAX_SESSIONS);
  assertEquals([find(1), find(MAX_SESSIONS + 3)?.length, find(MAX_SESSIONS + 4)], [
    undefined,
    1,
    undefined,
  ]);
});

Deno.test("a client beyond the limit takes the place of the one that was unused longest", () => {
  const source = new ScriptedSource();
  const history = new History(source);
  for (let i = 0; i < MAX_CLIENTS; i++) source.set(`c${i}`, { sessionsOpen: 1 });
  history.sample(START + FINE, FINE);
  source.set("new", { sessionsOpen: 1, bytesUp: 77_000 });
  source.set("idle", {});
  history.sample(START + 2 * FINE, FINE);
  const subject = { client: "new" };
  const to = START + 5 * FINE;
  assertEquals(read(history, "bytesUp", { subject, from: START, to }), undefined);
  source.set("c5", { sessionsOpen: 0 });
  for (const step of [3, 4, 5]) history.sample(START + step * FINE, FINE);
  assertEquals(history.size.clients, MAX_CLIENTS);
  assertEquals(read(history, "bytesUp", { subject, from: START, to })?.at(-1), 0);
  for (const client of ["c5", "idle"]) {
    assertEquals(read(history, "bytesUp", { subject: { client }, from: START, to }), undefined);
  }
});

Deno.test("minutes are restored, and one that had begun continues", () => {
  const source = new ScriptedSource();
  const before = new History(source);
  source.set("a", { bytesUp: 10_000, sessionsOpen: 2, roundTrip: 3 });
  before.sample(START + FINE, FINE);
  const minute = before.minute(Math.floor(START / COARSE));
  assert(minute !== undefined);
  assertEquals(before.minute(minute.step + 1), undefined);

  const again = new ScriptedSource();
  const after = new History(again);
  after.restore(minute);
  again.set("a", { bytesUp: 5_000, sessionsOpen: 1 });
  after.sample(START + 3 * FINE, FINE);
  const subject = { client: "a" };
  const range = { from: START - 2 * 3_600_000, to: START + 40_000 };
  const last = (column: Column, subject: Subject) =>
    read(after, column, { ...range, subject })?.at(-1);
  // 15,000 bytes in the 20 seconds in which a daemon ran
  for (const each of [{}, subject]) {
    assertEquals(last("bytesUp", each), 750);
    assertEquals([last("sessionsOpen", each), last("roundTrip", each)], [1, 3]);
  }
});

Deno.test("restored minutes are shown instead of fine steps that an earlier process had", () => {
  const source = new ScriptedSource();
  const history = new History(source);
  const step = Math.floor(START / COARSE) - 10;
  const total = COLUMNS.map(() => 60_000);
  history.restore({ step, covered: 60_000, total, clients: [] });
  history.sample(START + FINE, FINE);
  const from = step * COARSE;
  assertEquals(read(history, "bytesUp", { from, to: START + FINE })?.[0], 1_000);
  const isFine = (at: number) =>
    history.plan({ from: at, to: START + FINE, points: 9 }, START + FINE, false).isFine;
  assertEquals([isFine(from), isFine(from + COARSE)], [false, true]);
});
