/**
 * `deno task demo`: both daemons as processes on one machine, a customer that dials through them,
 * the frames on both wires, a server that is killed, `status`, and the speed. Needs no privileges
 * or hardware, and leaves nothing behind. `--seconds S` is the duration of each load.
 */
import { parseArgs } from "@std/cli/parse-args";
import { fetchDependencies } from "../dependencies.ts";
import { insideLab } from "../lab.ts";
import { runInNamespace } from "../namespace.ts";
import { showLine } from "./line.ts";
import { heading, say, TOPOLOGY } from "./narrative.ts";
import { showSpeed } from "./speed.ts";

/** Duration of each load, in seconds. */
const SECONDS = 0.5;

function readSeconds(args: string[]): number {
  const options = parseArgs(args, {
    string: ["seconds"],
    unknown: (name) => {
      throw new TypeError(`Unknown argument "${name}": the demo takes --seconds S`);
    },
  });
  const seconds = Number(options.seconds ?? SECONDS);
  if (seconds > 0 && seconds <= 60) return seconds;
  throw new TypeError(`Cannot use "--seconds ${options.seconds}": use a number up to 60`);
}

/** Runs the demo; returns 1, with the reason on stderr, if something failed. */
async function main(): Promise<number> {
  try {
    const seconds = readSeconds(Deno.args);
    heading("pppoe-proxy: a PPPoE line on two Ethernet segments with only IP between them");
    say(TOPOLOGY);
    await showLine();
    heading("The speed, from cust0 to ac0");
    await showSpeed(seconds);
    heading("Done: all processes, interfaces and files have been removed.");
    return 0;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await Deno.stderr.write(new TextEncoder().encode(`\nThe demo failed: ${reason}\n`));
    return 1;
  }
}

/** Enters a new namespace and runs the demo there. */
async function outside(): Promise<number> {
  const script = import.meta.filename ?? "";
  if (!await fetchDependencies([script])) return 1;
  return await runInNamespace(["run", "-A", "--quiet", script, ...Deno.args]);
}

if (import.meta.main) Deno.exit(insideLab() ? await main() : await outside());
