/** Bundles and compiles the program as the task `compile` does. */
import { fetchBase, output } from "./base.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
/** Environment variable with the path of the bundled program's folder. */
const BUNDLED = "PPPOE_TEST_BUNDLED";
/** Environment variable with the path of the compiled program. */
const PROGRAM = "PPPOE_TEST_COMPILED";
/** Environment variable with the reason why it could not be compiled. */
const OBSTACLE = "PPPOE_TEST_NOT_COMPILED";
/** Paths in the task `compile`. */
const OUTPUT = "dist/pppoe-proxy";
const BUNDLE = "dist/bundle";
/** Between the steps of the task `compile`. */
const THEN = " && ";

/** Path of the bundled program's folder; empty if it could not be bundled. */
export const bundled: string = Deno.env.get(BUNDLED) ?? "";

/** Path of the compiled program; empty if it could not be compiled. */
export const compiled: string = Deno.env.get(PROGRAM) ?? "";

/** What the tests of the compiled program need and do not have; undefined for nothing. */
export const compiledObstacle: string | undefined = compiled !== ""
  ? undefined
  : Deno.env.get(OBSTACLE) ?? "`deno task test`, which compiles the program";

/** What the tests of the bundled program need and do not have; undefined for nothing. */
export const bundledObstacle: string | undefined = bundled !== ""
  ? undefined
  : Deno.env.get(OBSTACLE) ?? "`deno task test`, which bundles the program";

/** Arguments of the two calls of `deno` in the task `compile`, which write to another folder. */
export function compileArguments(folder: string): [bundle: string[], compile: string[]] {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`));
  const [bundle = [], compile = []] = tasks.compile.command.split(THEN).map((step: string) => {
    const [, ...args] = step.split(" ");
    return args.map((word) =>
      word === OUTPUT ? `${folder}/pppoe-proxy` : word.replace(BUNDLE, `${folder}/bundle`)
    );
  });
  return [bundle, compile];
}

/**
 * Bundles the program in `folder`, and also compiles it if `compiling`; sets the environment
 * variables for the tests. Needs access to the npm registry unless the bundler and the base binary
 * are cached.
 */
export async function buildProgram(folder: string, compiling: boolean): Promise<void> {
  const [bundle, compile] = compileArguments(folder);
  try {
    await output(Deno.execPath(), bundle, { cwd: ROOT, env: { NO_COLOR: "1" } });
    Deno.env.set(BUNDLED, `${folder}/bundle`);
    if (!compiling) return;
    const { denort, deno } = await fetchBase(baseFolder());
    const env = { DENORT_BIN: denort, NO_COLOR: "1" };
    await output(deno, compile, { cwd: ROOT, env });
    Deno.env.set(PROGRAM, `${folder}/pppoe-proxy`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    Deno.env.set(OBSTACLE, `a compiled program, which needs ${reason.replace(/[()]/g, "")}`);
  }
}

/** Folder of the base binary, `denort`, and of the Deno that compiles with it, `deno`. */
export function baseFolder(): string {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
  return `${cache}/pppoe-proxy-tests/deno-2.8.2`;
}
