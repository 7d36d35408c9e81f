import { assertRejects } from "@std/assert";
import { runCommand } from "../../packaging/release/run_command.ts";
import { output } from "../compiled/base.ts";

const MISSING = "pppoe-proxy-no-such-program";

// Deno.Command throws at once, before there is a promise, if a program is not installed.
Deno.test("a program that is not installed is named in the error", async () => {
  await assertRejects(() => runCommand(MISSING, []), Error, `cannot start ${MISSING}`);
  await assertRejects(() => output(MISSING, []), Error, `${MISSING}, which is not installed`);
});
