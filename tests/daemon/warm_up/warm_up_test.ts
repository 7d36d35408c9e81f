import { assertEquals } from "@std/assert";
import { startWarmUp } from "../../../src/daemon/warm_up/warm_up.ts";

for (const mode of ["server", "client"] as const) {
  Deno.test(`each dial of a ${mode}'s warm-up opens a session, and has a story`, async () => {
    // And the tunnel has one.
    assertEquals(await startWarmUp(mode, 5).ended, { dials: 5, stories: 5 + 1 });
  });
}
Deno.test("a stopped warm-up dials no more", async () => {
  const warmUp = startWarmUp("client");
  warmUp.stop();
  assertEquals((await warmUp.ended).dials, 0);
});
