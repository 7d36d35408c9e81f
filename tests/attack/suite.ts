/**
 * `deno task attack [WORD…]`: runs every attack, or those whose name contains one of the words, and
 * prints the cost, as listed in docs/threat-model.md.
 */
import { printLine } from "./lines.ts";
import { insideLab } from "../lab/lab.ts";
import { runInNamespace } from "../lab/namespace.ts";
import { type Attack, ATTACKS } from "./attacks.ts";
import { type Cost, Field } from "./field.ts";

const MIB = 2 ** 20;

const HEADINGS = [
  "attack",
  "frames lost",
  "p99 alone",
  "missed",
  "hit",
  "added",
  "longest",
  "CPU",
  "descriptors",
  "memory",
  "lines/s",
];

function row({ name, daemon, budget }: Attack, cost: Cost): string {
  const { calm, missed, attacked, rest, most, lines } = cost;
  const cells = [
    name,
    `${attacked.lost} of ${attacked.sent} (${budget.lost})`,
    `${calm.p99.toFixed(1)} ms`,
    missed === undefined ? "" : `${missed.p99.toFixed(1)} ms`,
    `${attacked.p99.toFixed(1)} ms`,
    `${signed(attacked.p99 - (missed ?? calm).p99)} ms (+${budget.added})`,
    `${attacked.longest.toFixed(1)} ms`,
    `${percent(calm.cpu)} → ${percent(attacked.cpu)}`,
    `${daemon}: +${most.descriptors - rest.descriptors} (${budget.descriptors})`,
    `${signed((most.memory - rest.memory) / MIB)} MiB (${budget.memory / MIB})`,
    `${lines.toFixed(1)} (${budget.lines})`,
  ];
  return `| ${cells.join(" | ")} |`;
}

function signed(amount: number): string {
  return `${amount < 0 ? "−" : "+"}${Math.abs(amount).toFixed(1)}`;
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

async function main(words: readonly string[]): Promise<void> {
  printLine(`| ${HEADINGS.join(" | ")} |`);
  printLine(`|${"---|".repeat(HEADINGS.length)}`);
  for (const attack of ATTACKS) {
    if (words.length > 0 && !words.some((word) => attack.name.includes(word))) continue;
    await using field = await Field.open();
    printLine(row(attack, await field.suffer(attack)));
  }
}

if (import.meta.main) {
  if (insideLab()) await main(Deno.args);
  else {
    const script = new URL(import.meta.url).pathname;
    Deno.exit(await runInNamespace(["run", "-A", "--unstable-net", script, ...Deno.args]));
  }
}
