const BASELINE = new URL("baseline.json", import.meta.url);
/** A ratio that moved by more is marked: less is noise. */
const NOISE = 0.25;

/** Figures by what they are, unit included. */
export type Figures = Record<string, number>;

/** The daemons' figures in units of the reference's, where both are more than zero. */
export function ratios(daemons: Figures, reference: Figures): Figures {
  const both = Object.keys(daemons).filter((name) => daemons[name] > 0 && reference[name] > 0);
  return Object.fromEntries(both.map((name) => [name, daemons[name] / reference[name]]));
}

/** How each ratio stands to the one kept: 1 where it is the same. Empty without a baseline. */
export async function compareWithBaseline(current: Figures): Promise<Figures> {
  try {
    return ratios(current, JSON.parse(await Deno.readTextFile(BASELINE)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

/** Keeps the ratios of this run. */
export async function saveBaseline(current: Figures): Promise<void> {
  await Deno.writeTextFile(BASELINE, `${JSON.stringify(current, null, 2)}\n`);
}

/** A Markdown table. */
export function table(daemons: Figures, reference: Figures, moved: Figures): string[] {
  const rows = Object.keys(daemons).map((name) => {
    const ratio = reference[name] > 0 ? `${(daemons[name] / reference[name]).toFixed(2)}` : "";
    const change = moved[name] === undefined ? "" : `${((moved[name] - 1) * 100).toFixed(0)} %`;
    const mark = Math.abs((moved[name] ?? 1) - 1) > NOISE ? " !" : "";
    return [name, number(daemons[name]), number(reference[name] ?? NaN), ratio, change + mark];
  });
  const head = ["", "pppoe-proxy", "plain forwarder", "ratio", "ratio against baseline"];
  return [head, head.map((_, i) => i === 0 ? "---" : "---:"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`);
}

function number(value: number): string {
  if (Number.isNaN(value)) return "";
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}
