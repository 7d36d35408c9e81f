/**
 * `deno task fuzz [--count N] [--seed S] [--target NAME] [FILE…]`: feeds hostile input to each
 * target or, with files, exactly those inputs to one. If a property does not hold, the exit code is
 * 1, the input is saved to a file, and the command that repeats it is printed.
 */
import { parseArgs } from "@std/cli/parse-args";
import { printLine } from "../../src/cli/terminal/output.ts";
import { readCorpus, readInput, writeInput } from "./corpus.ts";
import { attempt, fuzz, type Report } from "./engine.ts";
import type { Target } from "./target.ts";
import { TARGETS } from "./targets.ts";

const COUNT = 20_000;
/** Maximum number of outcomes shown per target. */
const SHOWN = 12;

async function fuzzTarget(target: Target, seed: number, count: number): Promise<boolean> {
  const corpus = readCorpus(target).map(({ input }) => input);
  const report = await fuzz(target, corpus, { seed, count });
  await printLine(summary(target, seed, report));
  if (report.failure === undefined) return true;
  const { input, error } = report.failure;
  const path = await Deno.makeTempFile({ prefix: `fuzz-${target.name}-`, suffix: ".input" });
  writeInput(target, path, input);
  await printLine(`FAILED: ${describe(error)}`);
  await printLine(`Input saved to ${path}; to repeat it, run`);
  await printLine(`  deno task fuzz --target ${target.name} ${path}`);
  return false;
}

function summary(target: Target, seed: number, report: Report): string {
  const { executions, milliseconds, outcomes } = report;
  const rate = Math.round(executions / milliseconds * 1000);
  const ordered = [...outcomes].sort(([, a], [, b]) => b - a);
  const shown = ordered.slice(0, SHOWN).map(([word, times]) => `${word} ${times}`);
  if (ordered.length > SHOWN) shown.push(`and ${ordered.length - SHOWN} more`);
  const head = `${target.name}: seed ${seed}, ${executions} executions, ${rate} per second`;
  return `${head}\n  ${shown.join(", ")}`;
}

async function repeat(target: Target, files: readonly string[]): Promise<boolean> {
  let well = true;
  for (const file of files) {
    const result = await attempt(target, readInput(target, file));
    const failed = "error" in result;
    await printLine(
      `${file}: ${failed ? `FAILED: ${describe(result.error)}` : result.words.join(", ")}`,
    );
    if (failed) well = false;
  }
  return well;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

async function main(): Promise<number> {
  const flags = parseArgs(Deno.args, { string: ["count", "seed", "target", "_"] });
  const files = flags._.map(String);
  const chosen = TARGETS.filter(({ name }) => flags.target === undefined || name === flags.target);
  const seed = Number(flags.seed ?? Date.now() % 1_000_000);
  const count = Number(flags.count ?? COUNT);
  const usable = Number.isSafeInteger(seed) && Number.isSafeInteger(count) && count > 0;
  if (chosen.length === 0 || !usable || (files.length > 0 && flags.target === undefined)) {
    await printLine("Usage: deno task fuzz [--count N] [--seed S] [--target NAME [FILE...]]");
    await printLine(`Targets: ${TARGETS.map(({ name }) => name).join(", ")}`);
    return 2;
  }
  if (files.length > 0) return await repeat(chosen[0], files) ? 0 : 1;
  let well = true;
  for (const target of chosen) well = await fuzzTarget(target, seed, count) && well;
  return well ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
