import { assertEquals, assertMatch } from "@std/assert";
import { encodeEvent, eventStream } from "../../src/admin/api/event_stream.ts";
import {
  EventFeed,
  type EventKind,
  MAX_EVENTS,
  MAX_OF_CLASS,
} from "../../src/daemon/event_feed.ts";
import { dial } from "../proxy/dial.ts";
import { withDaemon } from "./daemon.ts";

const feed = (): EventFeed => new EventFeed(() => 0);

Deno.test("S6: the feed keeps the latest events, and no class evicts another's", () => {
  const { others, tunnels, refusals, sessions } = MAX_OF_CLASS;
  assertEquals(others + tunnels + refusals + sessions, MAX_EVENTS);
  const events = feed();
  const emit = (count: number, ...kinds: EventKind[]) => {
    for (let i = 0; i < count; i++) for (const kind of kinds) events.emit(kind, {});
  };
  emit(others + 10, "drain");
  emit(1_000, "tunnel-up", "tunnel-lost");
  emit(1_000, "session-opened", "session-closed");
  emit(500, "refused", "tunnel-rejected", "ac-refused", "server-refused");
  const kept = events.after(0);
  assertEquals(kept.map(({ kind }) => kind.split("-")[0]).slice(0, -refusals), [
    ...Array(others).fill("drain"),
    ...Array(tunnels).fill("tunnel"),
    ...Array(sessions).fill("session"),
  ]);
  assertEquals([kept.length, kept[0].number], [MAX_EVENTS, 11]);
  const last = others + 10 + 2_000 + 2_000 + 2_000;
  assertEquals(kept.at(-1)?.number, last);
  assertEquals(events.after(last - 1).map(({ number }) => number), [last]);
  assertEquals(events.after(1e9), []);
});

Deno.test("an event is one block with one data line, whatever its facts", () => {
  const text = encodeEvent({
    number: 3,
    time: 0,
    kind: "refused",
    facts: { detail: "a\n\nid: 9" },
  });
  assertEquals(text.split("\n").length, 5);
  assertMatch(text, /^id: 3\nevent: refused\ndata: .*"detail":"a\\n\\nid: 9"\}\n\n$/);
});

Deno.test("an unread stream ends instead of growing", async () => {
  const events = feed();
  const stream = eventStream(events, 0);
  for (let i = 0; i < 5_000; i++) events.emit("drain", {});
  let blocks = 0;
  for await (const _ of stream) blocks++;
  assertEquals(blocks, 1_024);
});

/** Reads numbers and kinds of events from a response until `count` have arrived. */
async function numbers(response: Response, count: number): Promise<string[]> {
  const found: string[] = [];
  let text = "";
  for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part;
    found.splice(
      0,
      found.length,
      ...[...text.matchAll(/^id: (\d+)\nevent: (.*)$/gm)].map((it) => `${it[1]} ${it[2]}`),
    );
    if (found.length >= count) break;
  }
  return found;
}

Deno.test("a reconnecting client receives the events it missed, then new ones", () =>
  withDaemon({}, async ({ ask, path, daemon }) => {
    daemon.monitor.emit("drain", { enabled: true });
    await dial(path, { id: 7 });
    daemon.monitor.emit("drain", { enabled: false });
    const first = await ask("/api/v1/events?recent=2");
    assertMatch(first.headers.get("content-type") ?? "", /^text\/event-stream/);
    assertEquals(await numbers(first, 2), ["2 session-opened", "3 drain"]);
    const again = await ask("/api/v1/events", { headers: { "last-event-id": "2" } });
    const live = numbers(again, 2);
    await ask("/api/v1/sessions/branch-1.1", { method: "DELETE" }).then((it) => it.body?.cancel());
    assertEquals(await live, ["3 drain", "4 session-closed"]);
    const restarted = await ask("/api/v1/events", { headers: { "last-event-id": "900" } });
    assertEquals((await numbers(restarted, 4)).length, 4);
  }));
