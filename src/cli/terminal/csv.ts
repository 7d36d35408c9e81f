/** Comma-separated values (RFC 4180). */

/** A value of a field; null is empty. */
export type CsvValue = string | number | boolean | null | undefined;

/** Formats rows under a line with the names of their columns; lines end with LF. */
export function csvLines(
  columns: readonly string[],
  rows: readonly Readonly<Record<string, unknown>>[],
): string[] {
  return [
    columns.join(","),
    ...rows.map((row) => columns.map((name) => field(row[name] as CsvValue)).join(",")),
  ];
}

/**
 * A spreadsheet runs a text that begins like a formula, and a name from a network may be such a text:
 * an apostrophe in front makes it plain.
 */
function field(value: CsvValue): string {
  if (typeof value !== "string") return value === null || value === undefined ? "" : String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
