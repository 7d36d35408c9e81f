/** Compiles the program as the task `compile` does. */
import { fetchBase, output } from "./base.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
/** Environment variable with the path of the compiled program. */
const PROGRAM = "PPPOE_PROXY_COMPILED";
/** Environment variable with the reason why it could not be compiled. */
const OBSTACLE = "PPPOE_PROXY_NOT_COMPILED";
/** An option that Deno 2.8.2 does not have; it only makes the program smaller. */
const UNKNOWN = "--exclude-unused-npm";
const OUTPUT = "dist/pppoe-proxy";

/** Path of the compiled program; empty if it could not be compiled. */
export const compiled: string = Deno.env.get(PROGRAM) ?? "";

/** What the tests of the compiled program need and do not have; undefined for nothing. */
export const compiledObstacle: string | undefined = compiled !== ""
  ? undefined
  : Deno.env.get(OBSTACLE) ?? "`deno task test`, which compiles the program";

/** Arguments of `deno` in the task `compile`, with another output path. */
export function compileArguments(to: string): string[] {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`));
  const [, ...words] = tasks.compile.command.split(" ");
  return words.map((word: string) => word === OUTPUT ? to : word);
}

/**
 * Compiles the program in `folder` and sets the environment variables for the tests. Needs access
 * to the npm registry unless the base binary is cached.
 */
export async function buildProgram(folder: string): Promise<void> {
  try {
    const { denort, deno } = await fetchBase(`${cacheFolder()}/pppoe-proxy-tests/deno-2.8.2`);
    const program = `${folder}/pppoe-proxy`;
    const [command, ...args] = compileArguments(program).filter((word) => word !== UNKNOWN);
    const env = { DENORT_BIN: denort, NO_COLOR: "1" };
    await output(deno, [command, "--no-check", "--quiet", ...args], { cwd: ROOT, env });
    Deno.env.set(PROGRAM, program);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    Deno.env.set(OBSTACLE, `a compiled program, which needs ${reason.replace(/[()]/g, "")}`);
  }
}

function cacheFolder(): string {
  return Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
}
