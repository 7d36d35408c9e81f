/** Makes the program as the task `compile` does, so that it can be started. */
import { fetchBase, output } from "./base.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
/** Names the program that a run of the tests has made. */
const PROGRAM = "PPPOE_PROXY_COMPILED";
/** Why there is none. */
const OBSTACLE = "PPPOE_PROXY_NOT_COMPILED";
/** Deno 2.8.2 does not know it; it only makes the program smaller. */
const UNKNOWN = "--exclude-unused-npm";
const OUTPUT = "dist/pppoe-proxy";

/** The compiled program's path; empty where it could not be made. */
export const compiled: string = Deno.env.get(PROGRAM) ?? "";

/** What the tests of the compiled program lack, in a few words; undefined for nothing. */
export const compiledObstacle: string | undefined = compiled !== ""
  ? undefined
  : Deno.env.get(OBSTACLE) ?? "`deno task test`, which makes the compiled program";

/** The words of the task `compile` behind `deno`, with another place for the program. */
export function compileArguments(to: string): string[] {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`));
  const [, ...words] = tasks.compile.split(" ");
  return words.map((word: string) => word === OUTPUT ? to : word);
}

/**
 * Makes the program in `folder` and has the tests know of it, or why it cannot be had. To be called
 * where the npm registry can be reached.
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
    Deno.env.set(OBSTACLE, `a compiled program, and for that ${reason.replace(/[()]/g, "")}`);
  }
}

function cacheFolder(): string {
  return Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
}
