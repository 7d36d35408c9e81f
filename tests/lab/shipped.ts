/** How the program ships, so that tests start what users run. */

/**
 * Deno's permissions: all of them. The FFI has the rights of the process in any case, and with
 * fewer permissions Deno refuses everything below /proc, /dev and /sys: `--config /dev/stdin`, a
 * `state_dir` in /dev/shm, and the kernel's symbols that `doctor` looks for.
 */
export const PERMISSIONS: readonly string[] = ["--allow-all"];

/** V8 flags for a small heap and one thread. */
export const V8_FLAGS =
  "--v8-flags=--min-semi-space-size=4,--max-semi-space-size=4,--single-threaded-gc";

const ROOT = new URL("../..", import.meta.url).pathname;

/**
 * Environment variable with the path of a compiled program for labs to start instead of the
 * sources. `PPPOE_PROXY_BIN` is its name on the command line; the programs under test would take
 * that one for a setting, so it does not stay in the environment.
 */
export const PROGRAM = "PPPOE_TEST_PROGRAM";
const PROGRAM_BY_HAND = "PPPOE_PROXY_BIN";

const byHand = Deno.env.get(PROGRAM_BY_HAND);
if (byHand !== undefined) {
  Deno.env.delete(PROGRAM_BY_HAND);
  Deno.env.set(PROGRAM, byHand);
}

/** A command line. */
export interface CommandLine {
  program: string;
  args: string[];
}

/**
 * Returns the command line of the program under test: the sources, or the program in
 * $PPPOE_PROXY_BIN.
 */
export function pppoeProxyCommand(...args: string[]): CommandLine {
  const program = Deno.env.get(PROGRAM);
  if (program !== undefined && program !== "") return { program, args };
  return sourcesCommand(ROOT, ...args);
}

/** Returns the command line of the sources in a folder. */
export function sourcesCommand(folder: string, ...args: string[]): CommandLine {
  const deno = ["run", ...PERMISSIONS, V8_FLAGS, "--cached-only", "--quiet"];
  return { program: Deno.execPath(), args: [...deno, `${folder}/main.ts`, ...args] };
}
