/**
 * `deno task soak [--minutes N] [--sessions N] [--seed S] [--mac POLICY] [--only WORDS]`: random
 * faults, one after the other, on a line of two clients with many sessions; with `--only`, those
 * whose names contain one of the words, which are separated by commas. After each fault the
 * invariants must hold within 60 s (`endure`). Prints one line per fault and the daemons' memory;
 * exit code 1 if an invariant was violated.
 */
import { parseArgs } from "@std/cli/parse-args";
import { fetchDependencies } from "../dependencies.ts";
import { insideLab, Lab } from "../lab.ts";
import { runInNamespace } from "../namespace.ts";
import { seededRandom } from "../relay/delay_line.ts";
import { pause } from "./fault.ts";
import { FAULTS } from "./faults.ts";
import { endure, settle } from "./invariants.ts";
import { type Line, openLine } from "./line.ts";

interface SoakOptions {
  minutes: number;
  sessions: number;
  seed: number;
  only: string;
  mac: "own" | "transparent";
}

/** Time after which a daemon has released the memory of a burst, in milliseconds. */
const REST = 12_000;

/** Returns the memory of each daemon in MiB, by a field of proc_pid_status(5). */
async function memory({ clients, daemons }: Line, field: "VmRSS" | "RssAnon"): Promise<string> {
  const pids = [...clients.values().map(({ pid }) => pid), daemons.server.pid];
  const sizes = await Promise.all(pids.map(async (pid) => {
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    const [, kilobytes] = new RegExp(`${field}:\\s+(\\d+) kB`).exec(status) ?? [];
    return (Number(kilobytes) / 1024).toFixed(0);
  }));
  return `${sizes.join(" + ")} MiB`;
}

/** Prints the daemons' private memory at rest. */
async function tellRest(line: Line): Promise<void> {
  await pause(REST);
  await print(`at rest: ${await memory(line, "RssAnon")} of private memory`);
}

async function print(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}

/** Yields names in random order, each once before any repeats. */
function* shuffled(names: readonly string[], random: () => number): Generator<string> {
  for (;;) {
    for (const rest = [...names]; rest.length > 0;) {
      yield rest.splice(Math.floor(random() * rest.length), 1)[0];
    }
  }
}

/**
 * Causes a fault; returns undefined if all invariants hold afterwards, otherwise the violated one.
 */
async function suffer(line: Line, name: string): Promise<string | undefined> {
  const { customers } = line;
  const [began, ended] = [performance.now(), customers.ended];
  const wrong = await endure(line, FAULTS[name]).then(() => undefined, String);
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  await print(
    `${name}: ${seconds} s, ${customers.size} sessions kept, ${customers.ended - ended} ended, ` +
      `${await memory(line, "VmRSS")}${wrong === undefined ? "" : `, VIOLATED: ${wrong}`}`,
  );
  return wrong;
}

/** Returns the number of faults after which an invariant was violated. */
async function soak({ minutes, sessions, seed, only, mac }: SoakOptions): Promise<number> {
  await using lab = await Lab.open();
  const line = await openLine(lab, { random: seededRandom(seed), mac });
  await line.customers.fill(sessions);
  await settle(line);
  await print(`seed ${seed}, ${sessions} sessions, ${minutes} minutes`);
  await tellRest(line);
  let [violations, faults] = [0, 0];
  const words = only.split(",");
  const names = Object.keys(FAULTS).filter((name) => words.some((word) => name.includes(word)));
  const end = performance.now() + minutes * 60_000;
  for (const name of shuffled(names, line.random)) {
    if (await suffer(line, name) !== undefined) violations++;
    faults++;
    await line.customers.fill(sessions);
    if (performance.now() >= end) break;
  }
  await tellRest(line);
  await print(`${faults} faults, ${violations} violated invariants`);
  return violations;
}

async function main(): Promise<number> {
  const options = parseArgs(Deno.args, {
    string: ["minutes", "sessions", "seed", "only", "mac"],
    default: {
      minutes: "10",
      sessions: "200",
      seed: String(Date.now() % 1e6),
      only: "",
      mac: "own",
    },
  });
  const [minutes, sessions, seed] = [options.minutes, options.sessions, options.seed].map(Number);
  const violations = await soak({
    ...{ minutes, sessions, seed },
    only: options.only,
    mac: options.mac === "transparent" ? "transparent" : "own",
  });
  return violations === 0 ? 0 : 1;
}

async function outside(): Promise<number> {
  if (!await fetchDependencies()) return 1;
  const self = new URL(import.meta.url).pathname;
  return await runInNamespace(["run", "-A", "--quiet", self, ...Deno.args]);
}

if (import.meta.main) Deno.exit(insideLab() ? await main() : await outside());
