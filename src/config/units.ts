/** Durations and sizes with a unit, such as `"30s"` and `"64KiB"`. */

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

/**
 * Parses a duration such as `500ms`, `30s`, `5m`, `1h` or `2d` to milliseconds; undefined if
 * invalid.
 */
export function parseDuration(text: string): number | undefined {
  return parse(text, MILLISECONDS);
}

/** Parses a size such as `512B`, `64KiB`, `4MiB` or `1GiB` to bytes; undefined if invalid. */
export function parseSize(text: string): number | undefined {
  return parse(text, BYTES);
}

/** Formats milliseconds as the shortest text that `parseDuration` reads. */
export function formatDuration(milliseconds: number): string {
  return format(milliseconds, MILLISECONDS, "0s");
}

/** Formats bytes as the shortest text that `parseSize` reads. */
export function formatSize(bytes: number): string {
  return format(bytes, BYTES, "0B");
}

function parse(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, digits, unit] = /^(\d{1,15})([A-Za-z]+)$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined || !Object.hasOwn(units, unit)) return undefined;
  const value = Number(digits) * units[unit];
  return Number.isSafeInteger(value) ? value : undefined;
}

function format(value: number, units: Readonly<Record<string, number>>, zero: string): string {
  if (value === 0) return zero;
  const [unit, factor] = Object.entries(units).findLast(([, size]) => value % size === 0) ??
    [Object.keys(units)[0], 1];
  return `${value / factor}${unit}`;
}
