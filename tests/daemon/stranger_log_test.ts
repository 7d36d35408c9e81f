import { assert, assertEquals } from "@std/assert";
import { EventFeed, MAX_EVENTS } from "../../src/daemon/event_feed.ts";
import { StrangerLog } from "../../src/daemon/stranger_log.ts";
import type { TunnelEnd } from "../../src/tunnel/close_reason.ts";

const END: TunnelEnd = { reason: "too-many-connections", by: "us", detail: "address-limit" };

function strangerLog(): {
  log: StrangerLog;
  lines: unknown[];
  summaries: Record<string, unknown>[];
  pass: (milliseconds: number) => void;
} {
  let time = 0;
  const waiting: { due: number; run: () => void }[] = [];
  const lines: unknown[] = [];
  const summaries: Record<string, unknown>[] = [];
  const log = new StrangerLog({
    now: () => time,
    later: (milliseconds, run) => void waiting.push({ due: time + milliseconds, run }),
    line: (facts) => void lines.push(facts.address),
    summary: (facts) => void summaries.push(facts),
  });
  const pass = (milliseconds: number): void => {
    time += milliseconds;
    for (const { due, run } of waiting.splice(0)) {
      if (due <= time) run();
      else waiting.push({ due, run });
    }
  };
  return { log, lines, summaries, pass };
}

Deno.test("S6: 10,000 strangers of one /64 get one line in ten seconds, and one for all others", () => {
  const { log, lines, summaries, pass } = strangerLog();
  for (let index = 0; index < 10_000; index++) {
    const host = `2001:db8::${index.toString(16)}`;
    log.rejected(host, `[${host}]:1`, END);
    pass(1);
  }
  assertEquals(lines, ["[2001:db8::0]:1"]);
  assertEquals(summaries, []);
  pass(10);
  assertEquals(summaries.length, 1);
  const { suppressed, reasons } = summaries[0];
  assertEquals([suppressed, reasons], [9_999, { "too-many-connections": 9_999 }]);
  pass(100_000);
  assertEquals(summaries.length, 1);
});

Deno.test("S6: strangers of any number of networks get 20 lines at once, and then one in five seconds", () => {
  const { log, lines, summaries, pass } = strangerLog();
  for (let index = 0; index < 60_000; index++) {
    const host = `10.${index >> 16}.${index >> 8 & 255}.${index & 255}`;
    log.rejected(host, `${host}:1`, END);
    pass(1);
  }
  assert(lines.length <= 20 + 60 / 5, `${lines.length} lines`);
  pass(10_000);
  assert(summaries.length <= 7, `${summaries.length} summaries`);
  const told = summaries.reduce((sum, { suppressed }) => sum + Number(suppressed), 0);
  assertEquals(lines.length + told, 60_000);
  log.rejected("192.0.2.1", "192.0.2.1:1", END); // an honest one is logged again afterwards
  assertEquals(lines.at(-1), "192.0.2.1:1");
});

Deno.test("S6: refusals evict no other event, and all are listed in order", () => {
  const feed = new EventFeed(() => 0);
  feed.emit("tunnel-up", {});
  for (let index = 0; index < 2_000; index++) feed.emit("tunnel-rejected", { index });
  for (let index = 0; index < 2_000; index++) feed.emit("refused", { index });
  feed.emit("session-opened", {});
  const events = feed.after(0);
  assertEquals([events[0].kind, events.at(-1)?.kind], ["tunnel-up", "session-opened"]);
  assert(events.length <= MAX_EVENTS);
  assertEquals(
    events.map(({ number }) => number),
    events.map(({ number }) => number).sort((a, b) => a - b),
  );
  assertEquals(feed.after(feed.latest), []);
  assertEquals(feed.after(feed.latest - 2).map(({ kind }) => kind), ["refused", "session-opened"]);
  for (let index = 0; index < 2_000; index++) feed.emit("session-closed", { index });
  assert(feed.after(0).length <= MAX_EVENTS);
});

Deno.test("a refused login is logged with the claimed name, printable, and why only the server knows", () => {
  const lines: Record<string, unknown>[] = [];
  const log = new StrangerLog({
    now: () => 0,
    later() {},
    line: (facts) => void lines.push(facts),
    summary() {},
  });
  const refused: TunnelEnd = { reason: "not-authenticated", by: "us", detail: "" };
  const claims = [
    { name: "branch-1", isKnown: true },
    { name: "no\u001b[2J\u202ebody", isKnown: false },
  ];
  for (const [index, claim] of claims.entries()) {
    log.rejected(`192.0.2.${index}`, `192.0.2.${index}:1`, { ...refused, claim });
  }
  assertEquals(lines.map(({ claimed_name, cause, by }) => [claimed_name, cause, by]), [
    ["branch-1", "the secret does not match that of the client", "server"],
    [String.raw`no\u001b[2J\u202ebody`, "no client of this name is configured", "server"],
  ]);
});
