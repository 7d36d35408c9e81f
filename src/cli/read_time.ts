import { parseDuration } from "../config/units.ts";
import { UsageError } from "./arguments.ts";

const DAY = 86_400_000;
const CLOCK = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/;
const DATE = /^\d{4}-\d\d-\d\d$/;
const DATE_AND_CLOCK = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * Reads a time of the command line: how long ago (`90m`), a time of the last 24 hours (`03:12`), a
 * date, or a date and a time; local unless it says otherwise. Returns milliseconds since 1970; throws
 * UsageError. `now` is the present time.
 */
export function readTime(text: string, name: string, now: number): number {
  const ago = parseDuration(text);
  const time = ago !== undefined ? now - ago : clockTime(text, now) ?? dateTime(text);
  if (time !== undefined && !Number.isNaN(time)) return time;
  throw new UsageError(
    `Cannot use "${text}" for --${name}: use how long ago ("90m"), a time ("03:12"), a date ` +
      '("2026-11-26") or both ("2026-11-26 03:12")',
  );
}

/** The last time at which the clock on the wall showed this. */
function clockTime(text: string, now: number): number | undefined {
  const [, hours, minutes, seconds = "0"] = CLOCK.exec(text) ?? [];
  if (hours === undefined) return undefined;
  const at = new Date(now);
  at.setHours(Number(hours), Number(minutes), Number(seconds), 0);
  if (at.getTime() <= now) return at.getTime();
  const before = new Date(now - DAY);
  before.setHours(Number(hours), Number(minutes), Number(seconds), 0);
  return before.getTime();
}

function dateTime(text: string): number | undefined {
  // A date alone is UTC to Date.parse, with a time it is local.
  if (DATE.test(text)) return Date.parse(`${text}T00:00`);
  return DATE_AND_CLOCK.test(text) ? Date.parse(text.replace(" ", "T")) : undefined;
}
