import { assertEquals, assertStringIncludes } from "@std/assert";
import { inTime } from "../until.ts";
import { withFolder } from "../cli/process.ts";
import { insideLab, runInNamespace } from "./namespace.ts";

/** Leaves a process behind that keeps the output open. */
const PARENT = `const child = new Deno.Command("setsid", {
  ...{ args: ["sleep", "600"], stdin: "null", stdout: "inherit", stderr: "inherit" },
}).spawn();
child.unref();
console.log(child.pid);
console.error("error");
Deno.exit(3);`;

Deno.test({
  name: "a run in a namespace ends with its program, whatever that has left behind",
  ignore: !insideLab(),
  async fn() {
    await withFolder(async (folder) => {
      const path = `${folder}/output.txt`;
      const args = ["eval", "--no-config", PARENT];
      assertEquals(await inTime(runInNamespace(args, path)), 3);
      const text = await Deno.readTextFile(path);
      assertStringIncludes(text, "\nerror\n");
      Deno.kill(parseInt(text), "SIGKILL");
    });
  },
});
