import { assertEquals, assertRejects } from "@std/assert";
import { startProcess } from "./process.ts";

Deno.test("a stopped process ends by SIGTERM, without the wait for SIGKILL", async () => {
  const process = startProcess({ name: "sleeper", program: "sleep", args: ["60"] });
  process.signal("SIGSTOP");
  assertEquals((await process.stop()).signal, "SIGTERM");
});

Deno.test("a process that leaves one behind, which keeps its output open, fails a test", async () => {
  const script = "setsid sleep 60 & echo $!; exec sleep 60";
  const parent = startProcess({ name: "parent", program: "sh", args: ["-c", script] });
  const child = Number(await parent.waitForLine(/^\d+$/));
  await assertRejects(() => parent.stop(), Error, '"parent" has ended, but a process');
  Deno.kill(child, "SIGKILL");
});
