import { fetchDependencies } from "../tests/lab/dependencies.ts";
import { insideLab } from "../tests/lab/lab.ts";
import { runInNamespace } from "../tests/lab/namespace.ts";

/**
 * Runs a bench's `main` with the command line: at first in another process, in a private namespace,
 * where the `module` calls this again. Returns the exit code.
 */
export async function runInLab(
  module: string,
  main: (args: string[]) => Promise<void>,
): Promise<number> {
  if (insideLab()) {
    await main(Deno.args);
    return 0;
  }
  if (!await fetchDependencies()) return 1;
  return await runInNamespace(["run", "-A", "--quiet", new URL(module).pathname, ...Deno.args]);
}
