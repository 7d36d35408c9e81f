import { assert, assertEquals, assertRejects } from "@std/assert";
import { LoopNudge } from "../../../ffi/poll/loop_nudge.ts";
import { connected } from "./connected.ts";

Deno.test("data received before a nudge is delivered before the nudge completes", async () => {
  const nudge = new LoopNudge();
  const [near, far] = await connected();
  for (let i = 0; i < 200; i++) {
    let delivered = false;
    const reading = far.read(new Uint8Array(1)).then(() => delivered = true);
    near.write(new Uint8Array(1)).catch(() => {});
    assert(await nudge.nudge());
    assert(delivered, `not at ring ${i}`);
    await reading;
  }
  near.close();
  far.close();
  nudge.release();
});

Deno.test("nudges of one process do not receive each other's bytes", async () => {
  const [one, other] = [new LoopNudge(), new LoopNudge()];
  assertEquals(await Promise.all([one.nudge(), other.nudge()]), [true, true]);
  one.release();
  other.release();
});

/** Addresses of the nudges in this network namespace. */
function bells(): string[] {
  return Deno.readTextFileSync("/proc/net/unix").match(/@pppoe-proxy-[-0-9a-f]{36}$/gm) ?? [];
}

Deno.test("a nudge accepts nothing from other sockets that know its address", async () => {
  const before = new Set(bells());
  const nudge = new LoopNudge();
  const path = bells().find((address) => !before.has(address));
  assert(path !== undefined);
  const stranger = Deno.listenDatagram({ transport: "unixpacket", path: `\0stranger-${path}` });
  const to = { transport: "unixpacket", path: path.replace("@", "\0") } as const;
  await assertRejects(() => stranger.send(new Uint8Array(1), to), Deno.errors.PermissionDenied);
  assert(await nudge.nudge());
  stranger.close();
  nudge.release();
});
