import { unicodeWidth } from "@std/cli/unicode-width";
import { printable } from "../printable.ts";
import type { Paint } from "./style.ts";

/** A column of a table. */
export interface Column {
  title: string;
  /** Numbers stand at the right edge. */
  right?: boolean;
}

const GAP = "  ";

/**
 * Rows below a head, as lines in which columns align on a terminal, also where characters are two
 * columns wide or none. What a terminal would obey is escaped.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paint: Paint,
): string[] {
  const cells = rows.map((row) => row.map(printable));
  const widths = columns.map(({ title }, at) =>
    Math.max(unicodeWidth(title), ...cells.map((row) => unicodeWidth(row[at] ?? "")))
  );
  const line = (row: readonly string[]): string =>
    columns.map(({ right }, at) => {
      const text = row[at] ?? "";
      const fill = " ".repeat(widths[at] - unicodeWidth(text));
      return right ? fill + text : text + fill;
    }).join(GAP).trimEnd();
  return [paint("bold", line(columns.map(({ title }) => title))), ...cells.map(line)];
}

/** A matter and its facts, as `wg show` has it. */
export interface Block {
  title: string;
  name: string;
  facts: readonly (readonly [label: string, value: string])[];
}

/** Blocks with an empty line between them; facts without a value are left out. */
export function blocks(list: readonly Block[], paint: Paint): string[] {
  return list.flatMap(({ title, name, facts }, index) => [
    ...(index === 0 ? [] : [""]),
    `${paint("green", paint("bold", title))}: ${paint("green", printable(name))}`,
    ...facts.filter(([, value]) => value !== "").map(([label, value]) =>
      `  ${paint("bold", label)}: ${printable(value)}`
    ),
  ]);
}
