import { assertEquals, assertStringIncludes } from "@std/assert";
import { withFolder } from "./cli/process.ts";
import { PATIENCE } from "./until.ts";

const DEADLINE = new URL("file_deadline.ts", import.meta.url).pathname;
/** Waits for a connection that never arrives, then would pass. */
const HANGS = `Deno.test("waits", () => Deno.listen({ port: 0 }).accept());
Deno.test("comes after it", () => {});`;

Deno.test("a file of tests that never ends fails by name, and the next files still run", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a_test.ts`, HANGS);
    await Deno.writeTextFile(`${folder}/b_test.ts`, 'Deno.test("another file", () => {});');
    const words = ["test", "-A", "--no-config", "--no-check", `--preload=${DEADLINE}`, folder];
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: words,
      env: { NO_COLOR: "1", PPPOE_TEST_FILE_LIMIT: "5000" },
      signal: AbortSignal.timeout(PATIENCE),
    }).output();
    const text = new TextDecoder().decode(stdout);
    assertEquals(code, 1, text + new TextDecoder().decode(stderr));
    assertStringIncludes(text, "a_test.ts (uncaught error)");
    assertStringIncludes(text, "The tests of this file have not ended within 5 s");
    assertStringIncludes(text, "waits ... cancelled");
    assertStringIncludes(text, "another file ... ok");
  });
});
