/** Human-readable amounts. */
export { showSpan } from "../../span.ts";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Formats bytes with a binary unit: `1.5 MiB`. */
export function showBytes(bytes: number): string {
  let [value, unit] = [bytes, 0];
  for (; value >= 1023.95 && unit < UNITS.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** Formats a round-trip time in seconds, `0.42 ms`, `12.3 ms` or `120 ms`; null gives "". */
export function showDelay(seconds: number | null): string {
  if (seconds === null) return "";
  const milliseconds = seconds * 1_000;
  const digits = milliseconds < 10 ? 2 : milliseconds < 100 ? 1 : 0;
  return `${milliseconds.toFixed(digits)} ms`;
}

const BIT_UNITS = ["bit/s", "kbit/s", "Mbit/s", "Gbit/s"];

/** Formats a rate in bytes per second as bits per second with a decimal unit: `94.1 Mbit/s`. */
export function showBits(bytesPerSecond: number): string {
  let [value, unit] = [bytesPerSecond * 8, 0];
  for (; value >= 999.95 && unit < BIT_UNITS.length - 1; unit++) value /= 1_000;
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${BIT_UNITS[unit]}`;
}
