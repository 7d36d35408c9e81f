import { assertEquals } from "@std/assert";
import { HistoryEvents, MAX_FACTS, MAX_PER_CLASS } from "../../src/history/events.ts";

const DAY = 24 * 3_600_000;

Deno.test("events are kept for 24 hours, and no class evicts another's", () => {
  const events = new HistoryEvents();
  const add = (time: number, kind: string) => events.add({ time, kind, facts: {} });
  add(1, "tunnel-up");
  for (let i = 0; i < 5_000; i++) add(2 + i, i % 2 === 0 ? "refused" : "session-opened");
  const kinds = events.between(0, DAY).map(({ kind }) => kind);
  const count = (wanted: string) => kinds.filter((kind) => kind === wanted).length;
  assertEquals([count("tunnel-up"), count("refused"), count("session-opened")], [
    1,
    MAX_PER_CLASS.refusals,
    MAX_PER_CLASS.sessions,
  ]);
  for (let i = 0; i < 3_000; i++) add(6_000 + i, "reload");
  assertEquals(events.between(6_000, DAY).length, MAX_PER_CLASS.others);
  const times = events.between(0, DAY).map(({ time }) => time);
  assertEquals(times, times.toSorted((one, other) => one - other));
  events.expire(DAY + 8_700);
  assertEquals(events.between(0, DAY)[0].time, 8_700);
  events.expire(2 * DAY);
  assertEquals(events.between(0, 2 * DAY), []);
});

Deno.test("S6: logins that an AC refuses evict no other event", () => {
  const events = new HistoryEvents();
  events.add({ time: 1, kind: "tunnel-lost", facts: {} });
  for (let i = 0; i < 5_000; i++) {
    events.add({ time: 2 + i, kind: i % 2 === 0 ? "ac-refused" : "server-refused", facts: {} });
  }
  const kinds = events.between(0, DAY).map(({ kind }) => kind);
  assertEquals([kinds.length, kinds[0]], [1 + MAX_PER_CLASS.refusals, "tunnel-lost"]);
});

Deno.test("an event's facts are bounded", () => {
  const events = new HistoryEvents();
  events.add({ time: 1, kind: "reload", facts: { error: "x".repeat(MAX_FACTS) } });
  assertEquals(events.between(0, 2), [{ time: 1, kind: "reload", facts: {} }]);
});
