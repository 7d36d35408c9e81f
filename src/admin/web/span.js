// @ts-check
/** The time that plots show: the last minutes or hours, or what was zoomed into. Pure. */

/** Ranges by their name in the address, in seconds; the first one is live. */
export const RANGES = /** @type {const} */ ([
  ["", "10 min", 600],
  ["1h", "1 h", 3_600],
  ["6h", "6 h", 21_600],
  ["24h", "24 h", 86_400],
]);
const DAY = 86_400;
/** The least time that can be zoomed into, in seconds. */
const LEAST = 60;

/**
 * A time in seconds since 1970. It ends now unless it is fixed.
 *
 * @typedef {{ from: number; to: number; isFixed: boolean }} Span
 */

/** @param {Readonly<Record<string, string>>} query Of the address. @param {number} now @returns {Span} */
export function spanOf(query, now) {
  const [from, to] = [query.from, query.to].map((text) => Date.parse(text ?? "") / 1_000);
  if (from < to) return fixed(from, to, now);
  const [, , length] = RANGES.find(([name]) => name === (query.range ?? "")) ?? RANGES[0];
  return { from: now - length, to: now, isFixed: false };
}

/** Zooms around a time: in with a factor below 1, out above. @param {Span} span @param {number} at @param {number} factor @param {number} now @returns {Span} */
export function zoomed({ from, to }, at, factor, now) {
  return fixed(at - (at - from) * factor, at + (to - at) * factor, now);
}

/** Moves by a part of the span. @param {Span} span @param {number} part @param {number} now @returns {Span} */
export function moved({ from, to }, part, now) {
  const way = (to - from) * part;
  return fixed(from + way, to + way, now);
}

/** The query of the address for a span. @param {Span} span */
export function spanQuery({ from, to }) {
  return { from: isoOf(from), to: isoOf(to) };
}

/** @param {number} time Seconds since 1970. @returns {string} */
export function isoOf(time) {
  return new Date(Math.round(time) * 1_000).toISOString().replace(".000", "");
}

/** Keeps a span within the last 24 hours, and not too short. @param {number} from @param {number} to @param {number} now @returns {Span} */
function fixed(from, to, now) {
  const length = Math.min(Math.max(to - from, LEAST), DAY);
  const middle = (from + to) / 2;
  const end = Math.min(Math.max(middle + length / 2, now - DAY + length), now);
  return { from: end - length, to: end, isFixed: true };
}
