import { assertEquals } from "@std/assert";
import type { FromShard } from "../../src/shards/messages.ts";
import { MAX_NEWS, RemoteStories } from "../../src/shards/remote_stories.ts";

Deno.test("a thread's news are sent together, and a flood between two messages is cut off", () => {
  const sent: FromShard[] = [];
  const timers: (() => void)[] = [];
  const stories = new RemoteStories((message) => sent.push(message), (_, run) => timers.push(run));
  const add = (at: number): void => stories.add("north", 1, { at, kind: "padi", facts: {} });
  for (let at = 0; at < 3 * MAX_NEWS; at++) add(at);
  assertEquals([sent.length, timers.length], [0, 1]);
  timers[0]();
  const lengths = sent.map((message) => message.kind === "stories" ? message.mail.length : -1);
  assertEquals(lengths, [MAX_NEWS]);
  add(7);
  stories.flush();
  timers[1]();
  assertEquals(sent[1], {
    kind: "stories",
    mail: [["north", 1, { at: 7, kind: "padi", facts: {} }]],
  });
  assertEquals(sent.length, 2);
});
