/** Human-readable amounts. */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Formats bytes with a binary unit: `1.5 MiB`. */
export function showBytes(bytes: number): string {
  let [value, unit] = [bytes, 0];
  for (; value >= 1023.95 && unit < UNITS.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

const SPANS: readonly (readonly [seconds: number, name: string])[] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "m"],
  [1, "s"],
];

/** Formats seconds in their two largest units: `3m 12s`, `2d 4h`. */
export function showSpan(seconds: number): string {
  let rest = Math.max(0, Math.round(seconds));
  const first = SPANS.findIndex(([size]) => rest >= size);
  if (first < 0) return "0s";
  return SPANS.slice(first, first + 2).flatMap(([size, name]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? [] : [`${count}${name}`];
  }).join(" ");
}

/** Formats a round-trip time in seconds, `0.42 ms`, `12.3 ms` or `120 ms`; null gives "". */
export function showDelay(seconds: number | null): string {
  if (seconds === null) return "";
  const milliseconds = seconds * 1_000;
  const digits = milliseconds < 10 ? 2 : milliseconds < 100 ? 1 : 0;
  return `${milliseconds.toFixed(digits)} ms`;
}
