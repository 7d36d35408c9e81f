import { assertEquals } from "@std/assert";
import { Signals } from "../../src/cli/signals.ts";
import { until } from "../until.ts";

Deno.test("a signal that arrives before its handler waits for it, once", async () => {
  const got: string[] = [];
  using seen = new Signals(["SIGWINCH"]);
  using signals = new Signals(["SIGUSR1", "SIGUSR2"]);
  let isSeen = false;
  seen.handle({ SIGWINCH: () => isSeen = true });
  for (const name of ["SIGUSR1", "SIGUSR1", "SIGWINCH"] as const) Deno.kill(Deno.pid, name);
  await until(() => isSeen);
  const note = (name: string) => () => void got.push(name);
  signals.handle({ SIGUSR1: note("SIGUSR1"), SIGUSR2: note("SIGUSR2") });
  assertEquals(got, ["SIGUSR1"]);
  Deno.kill(Deno.pid, "SIGUSR2");
  await until(() => got.length === 2);
  assertEquals(got, ["SIGUSR1", "SIGUSR2"]);
});
