/**
 * What is recorded per step. Traffic comes first, so a session's series is the first part of all
 * others'. "Up" is from the customer to the AC; bytes are PPP bytes.
 */
export const COLUMNS = [
  "bytesUp",
  "bytesDown",
  "framesUp",
  "framesDown",
  "sessionsOpen",
  "sessionsHeld",
  /** In milliseconds; missing without a tunnel. */
  "roundTrip",
  "drops",
] as const;
export type Column = (typeof COLUMNS)[number];

/** Number of columns of each kind of subject. */
export const TRAFFIC_COLUMNS = 4;
export const CLIENT_COLUMNS = 7;
export const TOTAL_COLUMNS = COLUMNS.length;

const SESSIONS_OPEN = 4;
const SESSIONS_HELD = 5;
export const ROUND_TRIP = 6;
export const DROPS = 7;

/** Whether the column counts: its values of several steps add up. */
export function isSum(column: number): boolean {
  return column < TRAFFIC_COLUMNS || column === DROPS;
}

/**
 * Joins the values of a column in two steps: counts add up, the longest round trip remains, and of
 * numbers of sessions the later one. NaN is a missing value.
 */
export function joinSteps(column: number, earlier: number, later: number): number {
  if (Number.isNaN(earlier)) return later;
  if (Number.isNaN(later)) return earlier;
  if (isSum(column)) return earlier + later;
  return column === ROUND_TRIP ? Math.max(earlier, later) : later;
}

/** Joins the values of a column on two threads in one step. NaN is a missing value. */
export function joinThreads(column: number, one: number, other: number): number {
  if (column === SESSIONS_OPEN || column === SESSIONS_HELD) {
    return Number.isNaN(one) ? other : Number.isNaN(other) ? one : one + other;
  }
  return joinSteps(column, one, other);
}
