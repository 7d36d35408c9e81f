/**
 * `deno task bench [--quick] [--json FILE] [--save-baseline]`: both daemons and a plain forwarder
 * on the same wires in the same run. Prints figures, their ratios, and how these moved against
 * bench/baseline.json.
 */
import { parseArgs } from "@std/cli/parse-args";
import { Lab } from "../tests/lab/lab.ts";
import { fetchDependencies } from "../tests/lab/dependencies.ts";
import { insideLab, runInNamespace } from "../tests/lab/namespace.ts";
import { searchRate } from "./figures.ts";
import type { Flow } from "./load.ts";
import { layDaemons, layReference, type Path } from "./paths.ts";
import { cpuSeconds, residentMebibytes } from "./process_figures.ts";
import { compareWithBaseline, type Figures, ratios, saveBaseline, table } from "./report.ts";
import { tryLoad } from "./trial.ts";

/** Loss that a rate may have, and milliseconds that its last frames may be late. */
const PASSES = { loss: 0.001, tail: 20 };

/** How long and how often things are tried. */
interface Effort {
  seconds: number;
  trials: number;
  sizes: number[];
}

const FULL: Effort = { seconds: 1, trials: 7, sizes: [64, 512, 1510] };
const QUICK: Effort = { seconds: 0.5, trials: 4, sizes: [64, 1510] };

async function measure(path: Path, effort: Effort): Promise<Figures> {
  const figures: Figures = {};
  const { pids, up, down } = path;
  const load = (flow: Flow, size: number, rate: number, seconds = effort.seconds) =>
    tryLoad({ flows: [flow], size, rate, seconds }, pids);
  figures["ready after ms"] = path.readyAfter;
  figures["RSS idle MiB"] = residentMebibytes(pids);
  await load(up, 512, 5_000);
  await load(down, 512, 5_000);
  const latency = await load(up, 500, 1_000, 2 * effort.seconds);
  figures["latency p50 us"] = latency.p50;
  figures["latency p99 us"] = latency.p99;
  const cpu = await load(up, 1510, 20_000, 2 * effort.seconds);
  figures["CPU s per million frames at 20,000/s"] = cpu.cpu;
  for (const [way, flow] of [["up", up], ["down", down]] as const) {
    for (const size of effort.sizes) {
      const flat = await load(flow, size, 0);
      figures[`flat out ${size} B ${way} frames/s`] = flat.delivered;
      const rate = await searchRate(flat.delivered * 0.8, effort.trials, async (rate) => {
        const { loss, tail, offered } = await load(flow, size, rate);
        return loss < PASSES.loss && tail < PASSES.tail * 1_000 ? offered : 0;
      });
      figures[`without loss ${size} B ${way} frames/s`] = rate;
    }
  }
  const both = await Promise.all([load(up, 1510, 0), load(down, 1510, 0)]);
  figures["flat out 1510 B both ways frames/s"] = both[0].delivered + both[1].delivered;
  figures["RSS loaded MiB"] = residentMebibytes(pids);
  const before = cpuSeconds(pids);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  figures["CPU idle %"] = (cpuSeconds(pids) - before) / 2 * 100;
  return figures;
}

async function onPath(lay: (lab: Lab) => Promise<Path>, effort: Effort): Promise<Figures> {
  await using lab = await Lab.open();
  return await measure(await lay(lab), effort);
}

async function codecs(): Promise<unknown> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bench",
      "-A",
      "--quiet",
      "--json",
      new URL("codecs_bench.ts", import.meta.url).pathname,
    ],
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function main(args: string[]): Promise<void> {
  const options = parseArgs(args, {
    boolean: ["quick", "save-baseline"],
    string: ["json"],
    unknown: (name) => {
      throw new TypeError(`Unknown argument "${name}": see the head of bench/main.ts`);
    },
  });
  const effort = options.quick ? QUICK : FULL;
  const daemons = await onPath(layDaemons, effort);
  const reference = await onPath(layReference, effort);
  const compared = ratios(daemons, reference);
  const micro = options.quick ? undefined : await codecs();
  const lines = table(daemons, reference, await compareWithBaseline(compared));
  await Deno.stdout.write(new TextEncoder().encode(`${lines.join("\n")}\n`));
  if (options["save-baseline"]) await saveBaseline(compared);
  if (options.json !== undefined) {
    const all = { daemons, reference, ratios: compared, codecs: micro };
    await Deno.writeTextFile(options.json, `${JSON.stringify(all, null, 2)}\n`);
  }
}

if (insideLab()) {
  await main(Deno.args);
} else {
  await fetchDependencies();
  Deno.exit(
    await runInNamespace(["run", "-A", "--quiet", import.meta.filename ?? "", ...Deno.args]),
  );
}
