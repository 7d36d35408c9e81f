/**
 * `deno task bench:paths [--only KEY,…] [--carriers tls,quic,…] [--seconds 4] [--json FILE]`: TCP
 * between two kernels with pppd, through each carrier, under a dozen path conditions. The customer
 * and the access concentrator are User-Mode Linux; a tunnel is set up once and its path changes
 * under it. Prints a table; needs root.
 */
import { parseArgs } from "@std/cli/parse-args";
import { Lab } from "../tests/lab/lab.ts";
import type { LabProcess } from "../tests/lab/process.ts";
import { startGuest, told } from "../tests/lab/uml/guest.ts";
import { type Carrier, CARRIERS, startCarrier } from "./carriers.ts";
import {
  applyCondition,
  firstPath,
  PATH_CONDITIONS,
  type PathCondition,
} from "./path_conditions.ts";
import { runInLab } from "./run_in_lab.ts";

/** One cell of the table. */
interface Cell {
  carrier: Carrier;
  condition: string;
  /** TCP's rate from and to the AC, in Mbit/s. */
  down: number;
  up: number;
  /** Mean round trip of a ping beside the download, in milliseconds; null without an answer. */
  ping: number | null;
}

/** Life of the guests beyond the measurements, in seconds. */
const MARGIN = 60;
/** Time of one measurement beyond twice its seconds. */
const OVERHEAD = 25;

/** Measures one carrier under these conditions; `found` gets each cell. */
export async function measureCarrier(
  carrier: Carrier,
  conditions: readonly PathCondition[],
  seconds: number,
  found: (cell: Cell) => Promise<void>,
): Promise<void> {
  await using lab = await Lab.open();
  const path = await startCarrier(lab, carrier, firstPath(conditions[0]));
  const rounds = `${lab.folder}/rounds`;
  await Deno.mkdir(rounds);
  const most = 2 * seconds + OVERHEAD;
  const life = MARGIN + conditions.length * most;
  const customer = await startGuests(lab, { rounds, seconds, life });
  for (const [index, condition] of conditions.entries()) {
    await applyCondition(path, condition);
    const round = String(index + 1);
    await Deno.writeTextFile(`${rounds}/${round}`, "");
    const [, down, up, ping] = await told(customer, `RATES ${round}`, most * 1_000);
    const rates = { down: Number(down) / 1_000, up: Number(up) / 1_000 };
    await found({ carrier, condition: condition.name, ...rates, ping: numberOf(ping) });
  }
}

function numberOf(text: string): number | null {
  return text === "-" ? null : Number(text);
}

/** Starts both guests; resolves with the customer when ppp0 is up. */
async function startGuests(
  lab: Lab,
  { rounds, seconds, life }: { rounds: string; seconds: number; life: number },
): Promise<LabProcess> {
  const login = { LAB_USER: "alice", LAB_PASSWORD: "s3cret" };
  const ac = await startGuest(lab, {
    role: "ac",
    interface: "ac0",
    mac: "02:00:5e:20:00:01",
    settings: { ...login, LAB_BLOB: await lab.write("blob", "nothing"), LAB_IPERF: "1" },
    life,
  });
  await told(ac, "READY");
  const customer = await startGuest(lab, {
    role: "customer",
    interface: "cust0",
    mac: "02:00:5e:10:00:01",
    settings: { ...login, LAB_END: "measure", LAB_ROUNDS: rounds, LAB_SECONDS: String(seconds) },
    life,
  });
  await told(customer, "PING");
  return customer;
}

function line({ carrier, condition, down, up, ping }: Cell): string {
  const trip = ping === null ? "no answer" : `${ping.toFixed(1)} ms`;
  return `| ${condition} | ${carrier} | ${figure(down)} | ${figure(up)} | ${trip} |`;
}

function figure(megabits: number): string {
  return megabits.toFixed(megabits < 1 ? 3 : 1);
}

async function print(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}

/** Returns the members of `all` whose keys a list has; all without a list. */
function chosen<T>(all: readonly T[], keyOf: (member: T) => string, list?: string): T[] {
  if (list === undefined) return [...all];
  return list.split(",").map((key) => {
    const found = all.find((member) => keyOf(member) === key);
    if (found === undefined) throw new Error(`"${key}" is none of ${all.map(keyOf).join(", ")}`);
    return found;
  });
}

async function main(args: string[]): Promise<void> {
  const options = parseArgs(args, {
    string: ["only", "carriers", "seconds", "json"],
    default: { seconds: "4" },
  });
  const conditions = chosen(PATH_CONDITIONS, ({ key }) => key, options.only);
  const cells: Cell[] = [];
  await print("| path | carrier | down Mbit/s | up Mbit/s | ping |\n|---|---|---|---|---|");
  for (const carrier of chosen(CARRIERS, (name) => name, options.carriers)) {
    await measureCarrier(carrier, conditions, Number(options.seconds), async (cell) => {
      cells.push(cell);
      await print(line(cell));
    });
  }
  if (options.json !== undefined) {
    await Deno.writeTextFile(options.json, `${JSON.stringify(cells, null, 2)}\n`);
  }
}

if (import.meta.main) Deno.exit(await runInLab(import.meta.url, main));
