import { assertEquals } from "@std/assert";
import { LossWatch } from "../../../src/tunnel/datagram/loss_watch.ts";

Deno.test("a path counts as lossy for ten seconds after the peer has missed a packet", () => {
  const clock = { now: 0 };
  const watch = new LossWatch(() => clock.now);
  const answer = (probe: number, sent: number, received: number): boolean => {
    watch.probed(probe, sent);
    watch.answered(probe, received);
    return watch.isLossy;
  };
  assertEquals(answer(0, 10, 10), false);
  assertEquals(answer(1, 20, 19), true);
  clock.now += 9_999;
  assertEquals(answer(2, 30, 29), true); // no further loss
  clock.now += 1;
  assertEquals(watch.isLossy, false);
  assertEquals(answer(3, 40, 40), false); // it was only late
  assertEquals(watch.counts, { sent: 40, lost: 1 });
  assertEquals(answer(4, 0x1_0000_0005, 3), true); // the count has 32 bits
});
