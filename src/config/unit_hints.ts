/** What to write instead of a duration or size with another unit, or without one. */

/** Other spellings of the units of durations. */
const DURATION_UNITS: Readonly<Record<string, string>> = {
  "": "s",
  ms: "ms",
  msec: "ms",
  msecs: "ms",
  millisecond: "ms",
  milliseconds: "ms",
  s: "s",
  sec: "s",
  secs: "s",
  second: "s",
  seconds: "s",
  m: "m",
  min: "m",
  mins: "m",
  minute: "m",
  minutes: "m",
  h: "h",
  hr: "h",
  hrs: "h",
  hour: "h",
  hours: "h",
  d: "d",
  day: "d",
  days: "d",
};

/** Other spellings of the units of sizes. */
const SIZE_UNITS: Readonly<Record<string, string>> = {
  "": "B",
  b: "B",
  byte: "B",
  bytes: "B",
  k: "KiB",
  kb: "KiB",
  kib: "KiB",
  m: "MiB",
  mb: "MiB",
  mib: "MiB",
  g: "GiB",
  gb: "GiB",
  gib: "GiB",
};

/** What to write instead of an input that is no duration; "" if that is unclear. */
export function durationHint(input: unknown): string {
  return hint(input, DURATION_UNITS, "ms, s, m, h and d");
}

/** What to write instead of an input that is no size; "" if that is unclear. */
export function sizeHint(input: unknown): string {
  return hint(input, SIZE_UNITS, "B, KiB, MiB and GiB");
}

function hint(input: unknown, units: Readonly<Record<string, string>>, names: string): string {
  if (typeof input !== "string" && typeof input !== "number") return "";
  const [, digits, word] = /^(\d{1,15})\s*([a-z]*)$/i.exec(String(input).trim()) ?? [];
  if (digits === undefined || word === undefined) {
    const isAmount = typeof input === "number" || /^[\d.,_]+\s*[A-Za-z]*$/.test(input.trim());
    return isAmount ? `use a whole number and one of the units ${names}` : "";
  }
  const unit = Object.hasOwn(units, word.toLowerCase()) ? units[word.toLowerCase()] : undefined;
  if (unit === undefined) return `use one of the units ${names}`;
  // A right spelling of an amount that is too large needs no other spelling.
  if (`${digits}${unit}` === input) return "";
  return `${word === "" ? "add the unit: " : ""}write "${digits}${unit}"`;
}
