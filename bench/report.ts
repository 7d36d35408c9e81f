import type { Figures } from "./section.ts";
import { type Findings, meets } from "./section.ts";

/** Returns the daemons' figures relative to the reference's, where both are above zero. */
export function ratios(daemons: Figures, reference: Figures): Figures {
  const both = Object.keys(daemons).filter((name) => daemons[name] > 0 && reference[name] > 0);
  return Object.fromEntries(both.map((name) => [name, daemons[name] / reference[name]]));
}

/** Builds a Markdown table of both and their ratio. */
export function table(daemons: Figures, reference: Figures): string[] {
  const quotients = ratios(daemons, reference);
  const rows = Object.keys(daemons).map((name) => {
    const ratio = quotients[name]?.toFixed(2) ?? "";
    return [name, number(daemons[name]), number(reference[name] ?? NaN), ratio];
  });
  return markdown(["", "pppoe-proxy", "plain forwarder", "ratio"], rows);
}

/** Builds a Markdown table of figures and their goals. */
export function findingsTable({ figures, goals }: Pick<Findings, "figures" | "goals">): string[] {
  const rows = Object.entries(figures).map(([name, value]) => {
    const goal = goals[name];
    if (goal === undefined) return [name, number(value), "", ""];
    const wanted = goal.below === undefined ? `≥ ${goal.atLeast}` : `< ${goal.below}`;
    return [name, number(value), wanted, meets(value, goal) ? "met" : "not met"];
  });
  return markdown(["", "figure", "goal", ""], rows);
}

/** Builds a Markdown table; the first column is text, the others are numbers. */
export function markdown(head: string[], rows: string[][]): string[] {
  return [head, head.map((_, i) => i === 0 ? "---" : "---:"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`);
}

function number(value: number): string {
  if (Number.isNaN(value)) return "";
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}
