// @ts-check
/** Comma-separated values (RFC 4180). Pure. */

/** Signs that make a spreadsheet run a cell as a formula; names come from customers and ACs. */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * Returns a table with a line for each row; a row's values in the order of `keys`.
 *
 * @param {readonly string[]} keys
 * @param {readonly any[]} rows
 * @returns {string}
 */
export function csvOf(keys, rows) {
  const lines = [keys, ...rows.map((row) => keys.map((key) => row[key]))];
  return lines.map((line) => `${line.map(cell).join(",")}\r\n`).join("");
}

/** @param {unknown} value @returns {string} */
function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
