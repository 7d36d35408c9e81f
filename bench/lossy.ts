/**
 * `deno task bench:lossy [--carriers tls/cubic,tls/bbr,quic] [--loss 0,0.5,1,2] [--rates 5,20,80] [--seconds 3]
 * [--out F]`: both daemons across a relay with a delay of 20 ms in each direction. Measures the
 * direction from the AC to the customer: how much of an offered load arrives, and the latency and
 * loss of small frames. Prints a table and writes JSON.
 */
import { parseArgs } from "@std/cli/parse-args";
import { Lab } from "../tests/lab/lab.ts";
import { startProxyPair } from "../tests/lab/proxy_pair.ts";
import { layLongPath } from "../tests/lab/relay/long_path.ts";
import { dialSessions } from "./dial.ts";
import { type FlowFigures, measureFlow } from "./flow.ts";
import { runInLab } from "./run_in_lab.ts";

const DELAY = 20;
const SEED = 1;
/** PPP payload of a full frame (RFC 2516 section 7) and of a small one, in bytes. */
const FULL = 1_492;
const SMALL = 100;
const SMALL_RATE = 1_000;

type Carrier = "tls/cubic" | "tls/bbr" | "quic";

/** One line of the table. */
interface Row extends FlowFigures {
  /** The tunnel's transport, with the kernel's congestion control for TCP. */
  carrier: Carrier;
  /** Loss in per cent, in each direction. */
  loss: number;
  /** Megabits per second of PPP payload; undefined for the small frames. */
  offered: number | undefined;
}

interface Plan {
  loss: number;
  rates: number[];
  seconds: number;
}

async function measure(carrier: Carrier, plan: Plan): Promise<Row[]> {
  await using lab = await Lab.open();
  await lab.cables();
  const path = await layLongPath(lab, { delay: DELAY, loss: plan.loss / 100, seed: SEED });
  const [transport, congestion] = carrier.split("/") as ["tls" | "quic", string | undefined];
  const setting = congestion === undefined ? "" : `congestion_control = "${congestion}"`;
  await startProxyPair(lab, { transport, path, server: setting, client: setting });
  const { down: [flow] } = await dialSessions();
  const rows: Row[] = [];
  const run = async (offered: number | undefined): Promise<void> => {
    const length = offered === undefined ? SMALL : FULL;
    const rate = offered === undefined ? SMALL_RATE : offered * 1e6 / 8 / FULL;
    const figures = await measureFlow({ ...flow, length, rate, seconds: plan.seconds });
    rows.push({ carrier, loss: plan.loss, offered, ...figures });
  };
  await run(undefined);
  for (const offered of plan.rates) await run(offered);
  return rows;
}

const COLUMNS = [
  "transport",
  "loss %",
  "offered",
  "delivered",
  "lost",
  "p50 ms",
  "p99 ms",
  "max ms",
];

function cells(row: Row): string[] {
  const megabits = (value: number) => `${value.toFixed(1)} Mbit/s`;
  const small = row.offered === undefined;
  return [
    row.carrier,
    String(row.loss),
    small ? `${SMALL_RATE} small/s` : megabits(row.offered ?? 0),
    small ? `${Math.round(row.framesPerSecond)} small/s` : megabits(row.megabitsPerSecond),
    `${(row.lost * 100).toFixed(2)} %`,
    ...[row.p50, row.p99, row.max].map((value) => value.toFixed(1)),
  ];
}

async function print(...lines: string[]): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(lines.map((line) => `${line}\n`).join("")));
}

async function main(args: string[]): Promise<void> {
  const options = parseArgs(args, {
    string: ["carriers", "loss", "rates", "seconds", "out"],
    default: {
      carriers: "tls/cubic,tls/bbr,quic",
      loss: "0,0.5,1,2",
      rates: "5,20,80",
      seconds: "3",
    },
  });
  const list = (text: string) => text.split(",").map(Number);
  const rows: Row[] = [];
  await print(COLUMNS.join(" | "));
  for (const carrier of options.carriers.split(",") as Carrier[]) {
    for (const loss of list(options.loss)) {
      const plan = { loss, rates: list(options.rates), seconds: Number(options.seconds) };
      const measured = await measure(carrier, plan);
      for (const row of measured) await print(cells(row).join(" | "));
      rows.push(...measured);
    }
  }
  if (options.out !== undefined) {
    const facts = { deno: Deno.version.deno, delay: DELAY, seed: SEED };
    await Deno.writeTextFile(options.out, `${JSON.stringify({ ...facts, rows }, null, 2)}\n`);
  }
}

if (import.meta.main) Deno.exit(await runInLab(import.meta.url, main));
