/**
 * The program is younger than this, so a clock that shows an earlier time was never set. Milliseconds
 * since 1970.
 */
export const EARLIEST_TIME = Date.UTC(2026, 0, 1);
