import { assertEquals } from "@std/assert";
import { Turn } from "../../src/tunnel/turn.ts";

Deno.test("a turn is over after 256 KiB, 0.5 ms of control or discovery, or 2 ms of traffic", () => {
  let time = 0;
  const turn = new Turn(() => time);
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
  assertEquals([worked(1.9, 1_024, true), rests()], [false, false]);
  assertEquals([worked(0.2, 1_024, true), rests()], [true, true]);
  assertEquals([worked(0, 255 * 1_024, true), rests()], [false, false]);
  assertEquals([worked(0, 1_024, true), rests()], [false, true]);
});
