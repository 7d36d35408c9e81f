import { assertEquals, assertLessOrEqual } from "@std/assert";
import { SessionKeeper } from "../../src/daemon/session_keeper.ts";
import type { Proxy } from "../../src/proxy/proxy.ts";
import { OpenSessions } from "./open_sessions.ts";

Deno.test("counters are saved some at a time every 30 s, and all of them at the end", async () => {
  const { setTimeout } = globalThis;
  const waits: number[] = [];
  const calls: (number | "all")[] = [];
  let run: () => void = () => {};
  const keeper = new SessionKeeper({
    journal: {
      opened() {},
      closed() {},
      checkpoint: () => void calls.push("all"),
      checkpointSome(_, most): boolean {
        calls.push(most);
        return calls.length % 3 === 0; // three turns a round
      },
      close: () => Promise.resolve(),
    },
    refused() {},
    now: () => 0,
    wallClock: () => 0,
  });
  globalThis.setTimeout = ((then: () => void, milliseconds: number) => {
    waits.push(milliseconds);
    run = then;
    return 0;
  }) as unknown as typeof setTimeout;
  try {
    keeper.restore({ sessions: new OpenSessions() } as unknown as Proxy, [], () => true);
    for (let turn = 0; turn < 4; turn++) run();
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  await keeper.close();
  assertEquals(waits, [30_000, 50, 50, 30_000, 50]);
  assertEquals(calls.pop(), "all");
  for (const most of calls) assertLessOrEqual(Number(most), 512);
});
