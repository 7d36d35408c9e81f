/**
 * The command line of the tasks `deb` and `rpm`:
 *
 *   [--program FILE --bundle FOLDER] [--out FOLDER] [--quick]
 *
 * FILE is a compiled program and FOLDER the bundle that it was compiled from, which has its licences;
 * without them, the task `compile` makes both in dist/. --quick compresses little. Files in the package
 * have the time of the last commit, or $SOURCE_DATE_EPOCH.
 */
import { parseArgs } from "node:util";
import { checkStart } from "../release/check_start.ts";
import { runCommand } from "../release/run_command.ts";
import { sourcesDate } from "../release/sources_date.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** What a package is made from. */
export interface PackageRequest {
  /** Path of the compiled program. */
  program: string;
  /** Path of the bundle's licences.txt. */
  licences: string;
  /** Semantic version. */
  version: string;
  /** Time of all files, in seconds since 1970. */
  time: number;
  /** Folder for the package. */
  folder: string;
  /** Whether to compress little. */
  quick: boolean;
}

/**
 * Makes a package as the command line says, and prints its path. Throws Error if that fails, or if
 * the program does not start.
 */
export async function packageFrom(
  args: readonly string[],
  make: (request: PackageRequest) => Promise<string>,
): Promise<void> {
  const { values: options } = parseArgs({
    args: [...args],
    options: {
      program: { type: "string" },
      bundle: { type: "string", default: `${ROOT}dist/bundle` },
      out: { type: "string", default: `${ROOT}dist` },
      quick: { type: "boolean", default: false },
    },
  });
  if (options.program === undefined) {
    await runCommand(Deno.execPath(), ["task", "compile"], { cwd: ROOT });
  }
  const program = options.program ?? `${ROOT}dist/pppoe-proxy`;
  await checkStart(program);
  const { version } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const made = await make({
    program,
    licences: `${options.bundle}/licences.txt`,
    version,
    time: await sourcesDate(ROOT),
    folder: options.out,
    quick: options.quick,
  });
  await Deno.stdout.write(new TextEncoder().encode(`${made}\n`));
}
