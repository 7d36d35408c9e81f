/**
 * `deno task bench`: measures the daemons beside a kernel bridge, OpenVPN and a plain forwarder in
 * two minutes, on one page (bench/page), and compares it with bench/baseline.json.
 *
 *     --full             also all longer sections, each in its own lab
 *     --quick            no page, but short versions of the sections that are not long
 *     --only SECTION,…   only these; the page is "page"
 *     --shards 1,2,4,8   only servers with these numbers of threads
 *     --rounds N         rounds of the page
 *     --html FILE        where the page goes; dist/bench.html by default
 *     --json FILE        everything that was measured
 *     --save-baseline    makes the page of this run, with 12 rounds, the baseline
 */
import { parseArgs } from "@std/cli/parse-args";
import { dirname } from "node:path";
import { fetchDependencies } from "../tests/lab/dependencies.ts";
import { insideLab, runInNamespace } from "../tests/lab/namespace.ts";
import { bothWays } from "./both_ways.ts";
import { bySessions } from "./by_sessions.ts";
import { captureCost } from "./capture_cost.ts";
import { codecs } from "./codecs.ts";
import { compare } from "./comparison.ts";
import { frameWay } from "./frame_way.ts";
import { idleCpu } from "./idle_cpu.ts";
import { thisMachine } from "./machine.ts";
import {
  comparableSamples,
  compareWithBaseline,
  readBaseline,
  saveBaseline,
} from "./page/baseline.ts";
import { htmlPage } from "./page/html.ts";
import { BASELINE_ROUNDS, ROUNDS, runRounds } from "./page/rounds.ts";
import { textPage } from "./page/terminal.ts";
import { findingsTable, ratios, table } from "./report.ts";
import type { Section } from "./section.ts";
import { sessionMemory } from "./session_memory.ts";
import { severalClients } from "./several_clients.ts";
import { readThreadCounts, shardsSection } from "./shards.ts";
import { slowLink } from "./slow_link.ts";
import { smallBoxes } from "./small_boxes.ts";
import { udpTunnels } from "./udp_tunnels.ts";

/** All sections except the page and `comparison`. */
const SECTIONS: Readonly<Record<string, Section>> = {
  "both-ways": bothWays,
  "by-sessions": bySessions,
  "session-memory": sessionMemory,
  "idle-cpu": idleCpu,
  "small-boxes": smallBoxes,
  "several-clients": severalClients,
  "slow-link": slowLink,
  "frame-way": frameWay,
  "capture-cost": captureCost,
  "udp-tunnels": udpTunnels,
  codecs,
  shards: shardsSection([1, 2]),
};
const ALL: readonly string[] = ["page", "comparison", ...Object.keys(SECTIONS)];
/** Sections that `--quick` skips. */
const LONG: ReadonlySet<string> = new Set([
  ...[
    "page",
    "session-memory",
    "small-boxes",
    "several-clients",
    "codecs",
    "shards",
    "udp-tunnels",
  ],
]);

interface Options {
  quick: boolean;
  /** Names of sections. */
  only: ReadonlySet<string>;
  /** All sections except the page and `comparison`, by name. */
  sections: Readonly<Record<string, Section>>;
  rounds: number;
  html: string;
  json: string | undefined;
  saveBaseline: boolean;
}

function readOptions(args: string[]): Options {
  const options = parseArgs(args, {
    boolean: ["quick", "full", "save-baseline"],
    string: ["json", "only", "html", "rounds", "shards"],
    unknown: (name) => {
      throw new TypeError(`Unknown argument "${name}": see the head of bench/main.ts`);
    },
  });
  const { quick, full, json, html = "dist/bench.html" } = options;
  const saveBaseline = options["save-baseline"];
  const counts = readThreadCounts(options.shards);
  const sections = counts ? { ...SECTIONS, shards: shardsSection(counts) } : SECTIONS;
  const chosen = counts ? ["shards"] : options.only?.split(",") ?? defaultSections(quick, full);
  for (const name of chosen) {
    if (!ALL.includes(name)) {
      throw new TypeError(`Unknown section "${name}"; the sections are ${ALL.join(", ")}`);
    }
  }
  if (saveBaseline && !chosen.includes("page")) {
    throw new TypeError('Cannot save a baseline: that requires the section "page"');
  }
  const rounds = Number(options.rounds ?? (saveBaseline ? BASELINE_ROUNDS : ROUNDS));
  if (!(Number.isInteger(rounds) && rounds > 0)) {
    throw new TypeError(`Cannot run "${options.rounds}" rounds: use a whole number from 1 on`);
  }
  return { quick, only: new Set(chosen), sections, rounds, html, json, saveBaseline };
}

function defaultSections(quick: boolean, full: boolean): string[] {
  if (quick) return ALL.filter((name) => !LONG.has(name));
  return full ? [...ALL] : ["page"];
}

async function main(options: Options): Promise<void> {
  const { quick, only, sections } = options;
  const date = new Date().toISOString();
  const all: Record<string, unknown> = { machine: { ...thisMachine(), date }, quick };
  if (only.has("page")) all.page = await makePage(options);
  if (only.has("comparison")) {
    const { daemons, reference } = await compare(quick);
    all.comparison = { daemons, reference, ratios: ratios(daemons, reference) };
    await print("comparison", ...table(daemons, reference));
  }
  for (const [name, section] of Object.entries(sections)) {
    if (!only.has(name)) continue;
    const findings = await section(quick);
    all[name] = findings;
    await print(name, findings.how, "", ...findingsTable(findings));
  }
  if (options.json !== undefined) {
    await Deno.writeTextFile(options.json, `${JSON.stringify(all, null, 2)}\n`);
  }
}

/** Measures the page, prints it and writes it; returns everything measured. */
async function makePage({ rounds, html, saveBaseline: save }: Options): Promise<unknown> {
  const result = await runRounds(rounds, progress);
  const baseline = await readBaseline();
  const comparison = baseline && compareWithBaseline(result, baseline);
  await print("page", ...textPage(result, comparison));
  await Deno.mkdir(dirname(html), { recursive: true });
  await Deno.writeTextFile(html, htmlPage(result, comparison));
  progress(`The page with plots is ${html}`);
  if (save) await saveBaseline(result);
  return { ...result, comparable: comparableSamples(result), baseline: comparison ?? null };
}

function progress(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function print(title: string, ...lines: string[]): Promise<void> {
  const text = [`## ${title}`, "", ...lines, "", ""].join("\n");
  await Deno.stdout.write(new TextEncoder().encode(text));
}

if (insideLab()) {
  await main(readOptions(Deno.args));
} else {
  readOptions(Deno.args);
  await fetchDependencies();
  Deno.exit(
    await runInNamespace(["run", "-A", "--quiet", import.meta.filename ?? "", ...Deno.args]),
  );
}
