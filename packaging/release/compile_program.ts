import { type Architecture, architectureOf } from "./architecture.ts";
import { checkStart } from "./check_start.ts";
import { runCommand } from "./run_command.ts";

/** Names that the task `compile` uses. */
const BUNDLE = "dist/bundle";
const OUTPUT = "dist/pppoe-proxy";
/** Variable with a base binary, which `deno compile` takes for every target. */
const BASE = "DENORT_BIN";

/** What programs are compiled with. */
export interface Compiler {
  /** Path of Deno. */
  readonly deno: string;
  /** Paths of base binaries; without one for an architecture, Deno downloads its own. */
  readonly bases: readonly string[];
}

/** The arguments of `deno compile` in the task `compile` of deno.json. */
export function compileArguments(task: string): string[] {
  const [, ...words] = task.split(" && ").at(-1)?.split(" ") ?? [];
  if (words[0] !== "compile") throw new Error("The task compile does not end with deno compile");
  return words;
}

/** The options of the task `compile` that the program runs with: permissions, V8, features. */
export function runOptions(task: string): string[] {
  return compileArguments(task).filter((word) => /^--(allow|v8-flags|unstable)/.test(word));
}

/**
 * Compiles the bundle in `bundle` to the single file `output` for an architecture. Throws Error if
 * that fails, if the result is for another architecture, or if it is for this one and does not start.
 */
export async function compileProgram(
  task: string,
  bundle: string,
  architecture: Architecture,
  { deno, bases }: Compiler,
  output: string,
): Promise<void> {
  const words = compileArguments(task).map((word) =>
    word === OUTPUT ? output : word.replace(BUNDLE, bundle)
  );
  const base = bases.find((path) => architectureOf(path) === architecture);
  const env = { ...Deno.env.toObject(), NO_COLOR: "1" };
  Reflect.deleteProperty(env, BASE);
  const args = ["compile", "--target", architecture.target, ...words.slice(1)];
  await runCommand(deno, args, {
    env: base === undefined ? env : { ...env, [BASE]: base },
    clearEnv: true,
  }).catch((error: Error) => {
    const advice = `give Deno's base binary for ${architecture.name} with --denort PATH`;
    throw new Error(base === undefined ? `${error.message}; ${advice}` : error.message);
  });
  try {
    await checkProgram(output, architecture);
  } catch (error) {
    await Deno.remove(output);
    throw error;
  }
}

async function checkProgram(program: string, architecture: Architecture): Promise<void> {
  const made = architectureOf(program);
  if (made !== architecture) {
    throw new Error(`deno compile made a program for ${made?.name ?? "an unknown machine"}`);
  }
  await checkStart(program);
}
