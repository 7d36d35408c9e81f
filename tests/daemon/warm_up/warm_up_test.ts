import { assertEquals } from "@std/assert";
import { startWarmUp } from "../../../src/daemon/warm_up/warm_up.ts";

for (const mode of ["server", "client"] as const) {
  Deno.test(`each dial of a ${mode}'s warm-up opens a session`, async () => {
    assertEquals(await startWarmUp(mode, 5).ended, 5);
  });
}
Deno.test("a stopped warm-up dials no more", async () => {
  const warmUp = startWarmUp("client");
  warmUp.stop();
  assertEquals(await warmUp.ended, 0);
});
