import { assert, assertEquals } from "@std/assert";
import { AcceptTurn } from "../../../src/tunnel/tls/accept_turn.ts";

Deno.test("S1: after 32 connections, or half a millisecond of work on them, others get their turn", async () => {
  let now = 0;
  const turn = new AcceptTurn(() => now);
  for (let round = 0; round < 3; round++) {
    for (let index = 0; index < 32; index++) {
      assertEquals(turn.pause(), undefined);
      turn.accepted();
    }
    const pause = turn.pause();
    assert(pause !== undefined);
    await pause;
  }
  turn.accepted();
  now += 0.4;
  assertEquals(turn.pause(), undefined);
  turn.accepted();
  now += 0.2;
  assert(turn.pause() !== undefined);
});

Deno.test("a listener waits for its port after a whole pause without connections", () => {
  const turn = new AcceptTurn(() => 0);
  assertEquals(turn.noneWaits(), true);
  turn.accepted();
  assertEquals(turn.noneWaits(), false);
  assert(turn.pause() !== undefined);
  assertEquals([turn.noneWaits(), turn.pause()], [true, undefined]);
});
