import { assert, assertEquals, assertRejects } from "@std/assert";
import { LoopNudge } from "../../../ffi/poll/loop_nudge.ts";
import { until } from "../../until.ts";
import { connected } from "./connected.ts";

Deno.test("data received before a nudge is delivered before the nudge completes", async () => {
  const nudge = await LoopNudge.open();
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
  const [one, other] = await Promise.all([LoopNudge.open(), LoopNudge.open()]);
  assertEquals(await Promise.all([one.nudge(), other.nudge()]), [true, true]);
  one.release();
  other.release();
});

/** Addresses at which nudges of this network namespace wait for a connection. */
function listening(): string[] {
  return Deno.readTextFileSync("/proc/net/unix")
    .matchAll(/ 00010000 .* @(pppoe-proxy-[-0-9a-f]{36})$/gm).map(([, name]) => name).toArray();
}

Deno.test("nobody can connect to a nudge once it is open", async () => {
  const before = listening();
  const nudge = await LoopNudge.open();
  assertEquals(listening(), before);
  nudge.release();
});

/** Connects to an abstract address from a process of its own. */
async function connectStranger(path: string): Promise<void> {
  const script = `await Deno.connect({ transport: "unix", path: "\\0" + Deno.args[0] })`;
  const args = ["eval", script, path.slice(1)];
  const { success } = await new Deno.Command(Deno.execPath(), { args }).output();
  assert(success);
}

Deno.test("a stranger's connection is not taken for the process's own", async () => {
  const files = () => [...Deno.readDirSync("/proc/self/fd")].length;
  const before = files();
  const late = async (path: string) => {
    await connectStranger(path);
    return await Deno.connect({ transport: "unix", path });
  };
  await assertRejects(() => LoopNudge.open(late), Error, "connected to it");
  await until(() => files() <= before, () => `${files()} files, before ${before}`);
});
