import { unicodeWidth } from "@std/cli/unicode-width";
import { printable } from "../../printable.ts";
import type { Paint } from "./style.ts";

/** A column of a table. */
export interface Column {
  title: string;
  /** Aligns right, for numbers. */
  right?: boolean;
}

const GAP = "  ";

/**
 * Formats a heading and rows as lines whose columns align on a terminal, also with wide and
 * combining characters. Control characters are escaped.
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
