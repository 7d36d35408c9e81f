import { assertEquals } from "@std/assert";
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
