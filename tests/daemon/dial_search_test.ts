import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { type Dialled, DialSearch, URGENT_RETRY } from "../../src/daemon/dial_search.ts";
import type { LoginTurns } from "../../src/daemon/login_turns.ts";
import { Clock } from "../proxy/clock.ts";
import { memoryConnectionPair } from "../tunnel/memory_connection.ts";

/** An attempt whose end a test decides. */
interface Begun {
  at: number;
  result: PromiseWithResolvers<Dialled>;
  turns: LoginTurns;
  isAnswered: boolean;
}

function dialled(): Dialled & { connection: { closed: boolean } } {
  return { server: 0, transport: "tls", connection: memoryConnectionPair()[0], detail: "" };
}

/** Lets promises settle. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

function openSearch(
  { isUrgent = true, backOff = (): number => 100, after = 0, slowness = 1 } = {},
) {
  const clock = new Clock();
  const begun: Begun[] = [];
  const failures: [error: unknown, delay: number][] = [];
  const search = new DialSearch({
    begin(turns, signal) {
      const result = Promise.withResolvers<Dialled>();
      signal.addEventListener("abort", () => result.reject(signal.reason));
      const one: Begun = { at: clock.time, result, turns, isAnswered: false };
      begun.push(one);
      return { server: 0, result: result.promise, isAnswered: () => one.isAnswered };
    },
    isUrgent: () => isUrgent,
    backOff,
    failed: (_server, error, delay) => void failures.push([error, delay]),
    slowness,
    after,
    now: () => clock.time,
    later(milliseconds, run) {
      clock.later(milliseconds, run);
      return () => {};
    },
  });
  /** Advances in small steps, so that what a timer starts can set the next one. */
  const pass = async (milliseconds: number): Promise<void> => {
    for (let passed = 0; passed < milliseconds; passed += 100) {
      clock.advance(100);
      await settle();
    }
  };
  return { search, begun, failures, clock, pass };
}

Deno.test("Q7: while sessions wait, an attempt begins at least every 2 s beside unanswered ones", async () => {
  const { search, begun, clock, pass } = openSearch();
  await settle();
  const start = clock.time;
  for (let i = 0; i < 60; i++) {
    await pass(1_000);
    for (const { at, result } of begun) {
      if (clock.time - at >= 5_000) result.reject(new Error("Timed out"));
    }
  }
  const gaps = begun.map(({ at }, i) => at - (begun[i - 1]?.at ?? start));
  assertLessOrEqual(Math.max(...gaps), URGENT_RETRY + 100);
  assert(begun.length >= 30);
  search.stop();
  assertEquals(await search.found, undefined);
});

Deno.test("Q7: refused attempts follow one another after the growing delay, 2 s at most", async () => {
  let delay = 500;
  const { search, begun, failures, pass } = openSearch({ backOff: () => delay *= 2 });
  await settle();
  for (let i = 0; i < 4; i++) {
    begun[i].result.reject(new Error("Refused"));
    await settle();
    await pass(failures[i][1]);
  }
  assertEquals(failures.map(([, wait]) => wait), [1_000, 2_000, 2_000, 2_000]);
  search.stop();
});

Deno.test("without waiting sessions one attempt is made at a time, and delays grow", async () => {
  const { search, begun, failures, pass } = openSearch({
    isUrgent: false,
    backOff: () => 30_000,
    after: 1_000,
  });
  assertEquals(begun.length, 0);
  await pass(20_000);
  assertEquals(begun.length, 1);
  begun[0].result.reject(new Error("Timed out"));
  await settle();
  assertEquals(failures[0][1], 30_000);
  await pass(29_000);
  assertEquals(begun.length, 1);
  search.retry();
  await settle();
  assertEquals(begun.length, 2);
  search.stop();
});

Deno.test("no attempt joins one that the server's machine has answered", async () => {
  const { search, begun, pass } = openSearch();
  await settle();
  begun[0].isAnswered = true;
  await pass(10_000);
  assertEquals(begun.length, 1);
  search.stop();
});

Deno.test("on a path with long round trips attempts are joined later", async () => {
  const { search, begun, pass } = openSearch({ slowness: 3 });
  await settle();
  await pass(1_400);
  assertEquals(begun.length, 1);
  await pass(200);
  assertEquals(begun.length, 2);
  search.stop();
});

Deno.test("the first connection wins; others are aborted, or closed if they come too late", async () => {
  const { search, begun, pass } = openSearch();
  await pass(4_000);
  assert(begun.length >= 3);
  const [first, second] = [dialled(), dialled()];
  begun[1].result.resolve(first);
  begun[0].result.resolve(second);
  assertEquals(await search.found, first);
  await settle();
  assertEquals([first.connection.closed, second.connection.closed], [false, true]);
  const before = begun.length;
  await pass(10_000);
  assertEquals(begun.length, before);
});

Deno.test("a search that is no longer needed ends, but waits for a login under way", async () => {
  const idle = openSearch();
  await settle();
  idle.search.cancel();
  assertEquals(await idle.search.found, undefined);

  const { search, begun } = openSearch();
  await settle();
  const done = await begun[0].turns.next();
  search.cancel();
  const winner = dialled();
  begun[0].result.resolve(winner);
  assertEquals(await search.found, winner);
  done();
});

Deno.test("logins take turns", async () => {
  const { search, begun } = openSearch();
  await settle();
  const { turns } = begun[0];
  const order: number[] = [];
  const first = await turns.next();
  const second = turns.next().then((done) => {
    order.push(2);
    done();
  });
  await settle();
  assertEquals([order, turns.active], [[], 1]);
  first();
  await second;
  assertEquals([order, turns.active], [[2], 0]);
  search.stop();
});
