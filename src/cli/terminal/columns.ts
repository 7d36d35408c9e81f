import { unicodeWidth } from "@std/cli/unicode-width";
import { printable } from "../../printable.ts";
import type { Paint } from "./style.ts";

/** A column of a table. */
export interface Column {
  title: string;
  /** Aligns right, for numbers. */
  right?: boolean;
  /** On a terminal that is too narrow the columns with the lowest rank are left out first, together. */
  rank?: number;
}

const GAP = "  ";

/**
 * Formats a heading and rows as lines whose columns align on a terminal, also with wide and
 * combining characters. Control characters are escaped. Columns that have a rank are left out if the
 * lines would be wider than `width` columns.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paint: Paint,
  width = Infinity,
): string[] {
  const cells = rows.map((row) => row.map(printable));
  const widths = columns.map(({ title }, at) =>
    cells.reduce((most, row) => Math.max(most, unicodeWidth(row[at] ?? "")), unicodeWidth(title))
  );
  const shown = columnsFor(columns, widths, width);
  const line = (row: readonly string[]): string =>
    shown.map((at) => {
      const text = row[at] ?? "";
      const fill = " ".repeat(widths[at] - unicodeWidth(text));
      return columns[at].right ? fill + text : text + fill;
    }).join(GAP).trimEnd();
  return [paint("bold", line(columns.map(({ title }) => title))), ...cells.map(line)];
}

/** The indices of the columns that fit. */
function columnsFor(columns: readonly Column[], widths: readonly number[], width: number) {
  let shown = [...columns.keys()];
  const ranks = new Set(columns.flatMap(({ rank }) => rank ?? []));
  for (const rank of [...ranks].sort((one, other) => one - other)) {
    const needed = shown.reduce((sum, each) => sum + widths[each] + GAP.length, -GAP.length);
    if (needed <= width) break;
    shown = shown.filter((each) => columns[each].rank !== rank);
  }
  return shown;
}

/** A titled list of facts, in the style of `wg show`. */
export interface Block {
  title: string;
  name: string;
  facts: readonly (readonly [label: string, value: string])[];
}

/** Formats blocks with an empty line between them; facts with an empty value are omitted. */
export function blocks(list: readonly Block[], paint: Paint): string[] {
  return list.flatMap(({ title, name, facts }, index) => [
    ...(index === 0 ? [] : [""]),
    `${paint("green", paint("bold", title))}: ${paint("green", printable(name))}`,
    ...facts.filter(([, value]) => value !== "").map(([label, value]) =>
      `  ${paint("bold", label)}: ${printable(value)}`
    ),
  ]);
}
