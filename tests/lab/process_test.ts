import { assertEquals } from "@std/assert";
import { startProcess } from "./process.ts";

Deno.test("a stopped process ends by SIGTERM, without the wait for SIGKILL", async () => {
  const process = startProcess({ name: "sleeper", program: "sleep", args: ["60"] });
  process.signal("SIGSTOP");
  assertEquals((await process.stop()).signal, "SIGTERM");
});
