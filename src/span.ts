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
