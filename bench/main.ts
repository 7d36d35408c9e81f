/**
 * `deno task bench [--quick] [--only SECTION,…] [--json FILE] [--save-baseline]`: measures the
 * daemons in sections, each in its own lab. Prints figures, goals, and the ratios to a plain
 * forwarder compared with those in bench/baseline.json.
 */
import { parseArgs } from "@std/cli/parse-args";
import { fetchDependencies } from "../tests/lab/dependencies.ts";
import { insideLab, runInNamespace } from "../tests/lab/namespace.ts";
import { bothWays } from "./both_ways.ts";
import { bySessions } from "./by_sessions.ts";
import { captureCost } from "./capture_cost.ts";
import { codecs } from "./codecs.ts";
import { compare } from "./comparison.ts";
import { frameWay } from "./frame_way.ts";
import { idleCpu } from "./idle_cpu.ts";
import { compareWithBaseline, findingsTable, ratios, saveBaseline, table } from "./report.ts";
import type { Section } from "./section.ts";
import { sessionMemory } from "./session_memory.ts";
import { severalClients } from "./several_clients.ts";
import { slowLink } from "./slow_link.ts";

/** All sections except `comparison`. */
const SECTIONS: Readonly<Record<string, Section>> = {
  "both-ways": bothWays,
  "by-sessions": bySessions,
  "session-memory": sessionMemory,
  "idle-cpu": idleCpu,
  "several-clients": severalClients,
  "slow-link": slowLink,
  "frame-way": frameWay,
  "capture-cost": captureCost,
  codecs,
};
/** Long sections, which `--quick` skips. */
const LONG: ReadonlySet<string> = new Set(["session-memory", "several-clients", "codecs"]);

interface Options {
  quick: boolean;
  /** Names of sections. */
  only: ReadonlySet<string>;
  json: string | undefined;
  saveBaseline: boolean;
}

function readOptions(args: string[]): Options {
  const options = parseArgs(args, {
    boolean: ["quick", "save-baseline"],
    string: ["json", "only"],
    unknown: (name) => {
      throw new TypeError(`Unknown argument "${name}": see the head of bench/main.ts`);
    },
  });
  const all = ["comparison", ...Object.keys(SECTIONS)];
  const { quick, json, only } = options;
  const chosen = only?.split(",") ?? all.filter((name) => !quick || !LONG.has(name));
  for (const name of chosen) {
    if (!all.includes(name)) {
      throw new TypeError(`Unknown section "${name}"; the sections are ${all.join(", ")}`);
    }
  }
  const saveBaseline = options["save-baseline"];
  if (saveBaseline && (quick || !chosen.includes("comparison"))) {
    throw new TypeError(
      'Cannot save a baseline: that requires the section "comparison" and no --quick',
    );
  }
  return { quick, only: new Set(chosen), json, saveBaseline };
}

async function main(options: Options): Promise<void> {
  const { quick, only } = options;
  const all: Record<string, unknown> = { machine: machine(), quick };
  if (only.has("comparison")) {
    const { daemons, reference } = await compare(quick);
    const compared = ratios(daemons, reference);
    all.comparison = { daemons, reference, ratios: compared };
    await print("comparison", ...table(daemons, reference, await compareWithBaseline(compared)));
    if (options.saveBaseline) await saveBaseline(compared);
  }
  for (const [name, section] of Object.entries(SECTIONS)) {
    if (!only.has(name)) continue;
    const findings = await section(quick);
    all[name] = findings;
    await print(name, findings.how, "", ...findingsTable(findings));
  }
  if (options.json !== undefined) {
    await Deno.writeTextFile(options.json, `${JSON.stringify(all, null, 2)}\n`);
  }
}

function machine(): Record<string, unknown> {
  return {
    cores: navigator.hardwareConcurrency,
    kernel: Deno.osRelease(),
    deno: Deno.version.deno,
    date: new Date().toISOString(),
  };
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
