/**
 * `deno task soak [--minutes N] [--sessions N] [--seed S]`: random faults, one after the other, on a
 * line with many sessions. After each: every session that nobody ended still carries frames, only
 * its own; the AC has exactly the sessions that its customers have; within 60 s. Prints a line a
 * fault and the daemons' memory; exit code 1 when an invariant did not hold.
 */
import { parseArgs } from "@std/cli/parse-args";
import { fetchDependencies } from "../dependencies.ts";
import { insideLab, Lab } from "../lab.ts";
import { runInNamespace } from "../namespace.ts";
import { startProxyPair } from "../proxy_pair.ts";
import { layLongPath } from "../relay/long_path.ts";
import { FAULTS, type Line } from "./faults.ts";
import { Customers } from "./customers.ts";

/** The bound is on what is measured here, not on how fast a customer may dial. */
const LIMITS = `[limits]
padi_rate_per_mac = 10000
padi_burst_per_mac = 10000
padi_rate = 10000
padi_burst = 10000
`;

/** Numbers in [0, 1) that a seed repeats (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = state + 0x6d2b79f5 >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}

/** Resident memory of a process in MiB (proc_pid_status(5)). */
async function resident(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) / 1024);
}

async function print(line: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${line}\n`));
}

async function openLine(lab: Lab, random: () => number): Promise<Line> {
  await lab.cables();
  const path = await layLongPath(lab, { delay: 1, loss: 0, seed: 1 });
  const daemons = await startProxyPair(lab, { path, keep: true, server: LIMITS, client: LIMITS });
  const customers = new Customers(lab);
  return { lab, path, daemons, client: daemons.client, customers, random };
}

/** Returns the number of invariants that did not hold. */
async function soak(minutes: number, sessions: number, seed: number): Promise<number> {
  await using lab = await Lab.open();
  const line = await openLine(lab, seeded(seed));
  await line.customers.fill(sessions);
  await line.customers.settle();
  await print(`seed ${seed}, ${sessions} sessions, ${minutes} minutes`);
  let [violations, faults] = [0, 0];
  const names = Object.keys(FAULTS);
  for (const end = performance.now() + minutes * 60_000; performance.now() < end; faults++) {
    const name = names[Math.floor(line.random() * names.length)];
    const began = performance.now();
    const ended = line.customers.ended;
    await FAULTS[name](line);
    const fault = await line.customers.settle().then(() => undefined, String);
    if (fault !== undefined) violations++;
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    const memory = `${await resident(line.client.pid)} + ${await resident(
      line.daemons.server.pid,
    )}`;
    const lost = line.customers.ended - ended;
    await print(
      `${name}: ${seconds} s, ${line.customers.size} sessions kept, ${lost} ended by the fault, ` +
        `${memory} MiB${fault === undefined ? "" : `, VIOLATED: ${fault}`}`,
    );
    await line.customers.fill(sessions);
  }
  await print(`${faults} faults, ${violations} violated invariants`);
  return violations;
}

if (import.meta.main) {
  if (!insideLab()) {
    if (!await fetchDependencies()) Deno.exit(1);
    const self = new URL(import.meta.url).pathname;
    Deno.exit(await runInNamespace(["run", "-A", "--quiet", self, ...Deno.args]));
  }
  const options = parseArgs(Deno.args, {
    string: ["minutes", "sessions", "seed"],
    default: { minutes: "10", sessions: "200", seed: String(Date.now() % 1e6) },
  });
  const [minutes, sessions, seed] = [options.minutes, options.sessions, options.seed].map(Number);
  Deno.exit(await soak(minutes, sessions, seed) === 0 ? 0 : 1);
}
