import { assertRejects } from "@std/assert";
import { packageFrom } from "../../packaging/linux/command_line.ts";
import { withFolder } from "../cli/process.ts";

Deno.test("a program that does not start is not packed", () =>
  withFolder(async (folder) => {
    // A program for this machine that fails.
    const program = await Deno.realPath("/bin/false");
    const args = ["--program", program, "--bundle", folder, "--out", folder];
    const packing = (): Promise<void> => packageFrom(args, () => Promise.resolve("packed"));
    await assertRejects(packing, Error, "must be that of the Deno that compiles");
  }));
