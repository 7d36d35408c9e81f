import type { Figures } from "./section.ts";
import { type Findings, meets } from "./section.ts";

const BASELINE = new URL("baseline.json", import.meta.url);
/** Changes of a ratio beyond this are marked; smaller ones are noise. */
const NOISE = 0.25;

/** Returns the daemons' figures relative to the reference's, where both are above zero. */
export function ratios(daemons: Figures, reference: Figures): Figures {
  const both = Object.keys(daemons).filter((name) => daemons[name] > 0 && reference[name] > 0);
  return Object.fromEntries(both.map((name) => [name, daemons[name] / reference[name]]));
}

/** Returns each ratio relative to the baseline's: 1 if unchanged. Empty without a baseline. */
export async function compareWithBaseline(current: Figures): Promise<Figures> {
  try {
    return ratios(current, JSON.parse(await Deno.readTextFile(BASELINE)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

/** Saves the ratios of this run as the baseline. */
export async function saveBaseline(current: Figures): Promise<void> {
  await Deno.writeTextFile(BASELINE, `${JSON.stringify(current, null, 2)}\n`);
}

/** Builds a Markdown table; `moved` are ratios relative to the baseline. */
export function table(daemons: Figures, reference: Figures, moved: Figures): string[] {
  const rows = Object.keys(daemons).map((name) => {
    const ratio = reference[name] > 0 ? `${(daemons[name] / reference[name]).toFixed(2)}` : "";
    const change = moved[name] === undefined ? "" : moved[name].toFixed(2);
    const mark = Math.abs((moved[name] ?? 1) - 1) > NOISE ? " !" : "";
    return [name, number(daemons[name]), number(reference[name] ?? NaN), ratio, change + mark];
  });
  return markdown(["", "pppoe-proxy", "plain forwarder", "ratio", "ratio / baseline"], rows);
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

function markdown(head: string[], rows: string[][]): string[] {
  return [head, head.map((_, i) => i === 0 ? "---" : "---:"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`);
}

function number(value: number): string {
  if (Number.isNaN(value)) return "";
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}
