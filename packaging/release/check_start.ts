import { architectureOf } from "./architecture.ts";
import { runCommand } from "./run_command.ts";

/**
 * Starts a compiled program if it is for this machine. Throws Error if it does not run: with the base
 * binary of another version, Deno makes a program that does not find its own files.
 */
export async function checkStart(program: string): Promise<void> {
  if (architectureOf(program)?.name !== Deno.build.arch) return;
  await runCommand(program, ["version"], { env: { NO_COLOR: "1" } }).catch((error: Error) => {
    throw new Error(`${error.message}; the base binary must be that of the Deno that compiles`);
  });
}
