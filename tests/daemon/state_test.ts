import { assertEquals } from "@std/assert";
import type { Config } from "../../src/config/types.ts";
import { openState } from "../../src/daemon/state.ts";
import { RUN_FILE } from "../../src/state/run_mark.ts";

Deno.test("a process that was asked to stop has not crashed, even if it is killed before it ends", async () => {
  const directory = await Deno.makeTempDir();
  const config = {
    ...{ file: "client.toml", mode: "client", stateDir: `${directory}/state` },
    interface: { name: "lan0", mac: "own" },
  } as unknown as Config;
  const isMarked = () =>
    [...Deno.readDirSync(`${directory}/state`)].some((it) => it.name === RUN_FILE);
  try {
    const first = await openState(config, () => 0);
    assertEquals([first.uncleanEnd, isMarked()], [undefined, true]);
    await Deno.copyFile(`${directory}/state/${RUN_FILE}`, `${directory}/mark`);
    first.stopping?.();
    assertEquals(isMarked(), false, "while it still runs");
    await first.close();
    const second = await openState(config, () => 0);
    assertEquals(second.uncleanEnd, undefined);
    await second.close();
    await Deno.copyFile(`${directory}/mark`, `${directory}/state/${RUN_FILE}`);
    const third = await openState(config, () => 0);
    assertEquals(third.uncleanEnd, "killed");
    await third.close();
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
