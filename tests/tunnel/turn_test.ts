import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { Turn } from "../../src/tunnel/turn.ts";
import { pollLoop } from "./poll_loop.ts";

Deno.test("a turn ends after 1 MiB, 0.5 ms of control or discovery, or 20 ms of traffic", () => {
  let time = 0;
  const turn = new Turn(() => time, pollLoop);
  const worked = (milliseconds: number, bytes: number, isTraffic: boolean): boolean => {
    turn.begin(bytes);
    time += milliseconds;
    const over = turn.isOver(isTraffic);
    turn.end();
    return over;
  };
  const rests = (): boolean => turn.pause() !== undefined;
  assertEquals([worked(0.49, 1_024, false), rests()], [false, false]);
  assertEquals([worked(0.02, 1_024, false), rests()], [true, true]);
  assertEquals([worked(19.9, 1_024, true), rests()], [false, false]);
  assertEquals([worked(0.2, 1_024, true), rests()], [true, true]);
  assertEquals([worked(0, 1_020 * 1_024, true), rests()], [false, false]);
  assertEquals([worked(0, 1_024, true), rests()], [false, true]);
});

Deno.test("a turn's control and traffic are counted separately, both from zero after a rest", () => {
  let time = 0;
  const turn = new Turn(() => time, pollLoop);
  const work = (milliseconds: number, isTraffic: boolean): boolean => {
    turn.begin(64);
    time += milliseconds;
    turn.isOver(isTraffic);
    turn.end();
    return turn.pause() !== undefined;
  };
  assertEquals([work(19, true), work(0.4, false), work(0.9, true)], [false, false, false]);
  assertEquals(work(0.2, false), true);
  for (let i = 0; i < 50; i++) {
    assertEquals([work(19, true), work(0.4, false)], [false, false]);
    time += 0.2;
  }
});

Deno.test("control work in excess waits for timers, but a burst of 4 ms, and 5 % later, does not", async () => {
  let time = 0;
  let polls = 0;
  const turn = new Turn(() => time, () => {
    polls++;
    return Promise.resolve();
  });
  /** Works for 0.5 ms on control records, then pauses; whether the pause was a poll. */
  const isQuick = async (): Promise<boolean> => {
    turn.begin(64);
    time += 0.5;
    turn.isOver(false);
    turn.end();
    const before = polls;
    const pause = turn.pause();
    assert(pause !== undefined);
    await pause;
    return polls > before;
  };
  const quick: boolean[] = [];
  for (let i = 0; i < 24; i++) quick.push(await isQuick());
  assertEquals(quick.slice(0, 8), Array(8).fill(true));
  assertEquals(quick.slice(8).filter(Boolean).length, 1); // one more in 12 ms
  let later = 0;
  for (let i = 0; i < 100; i++, time += 9.5) later += Number(await isQuick());
  assertGreaterOrEqual(later, 99);
});
