/** Times as people read them: of their own time zone, which is named. */
import { printLine } from "./output.ts";
import { stdoutPaint } from "./style.ts";

/** Names the time zone of the lines that follow, if a person reads them. */
export async function printZone(now: number): Promise<void> {
  if (!Deno.stdout.isTerminal()) return;
  await printLine(stdoutPaint()("dim", `Times are local: ${zoneName(now)}`));
}

/** Formats a time in milliseconds since 1970 as `2026-11-26 03:12:07`, local. */
export function showTime(time: number): string {
  const at = new Date(time);
  return `${showDate(at)} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":")}`;
}

function showDate(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** Names the time zone in use at a time: `Europe/Berlin (UTC+01:00)`. */
export function zoneName(time: number): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return timeZone === undefined ? offsetName(time) : `${timeZone} (${offsetName(time)})`;
}

/** Names the difference from UTC at a time: `UTC+01:00`. */
export function offsetName(time: number): string {
  const minutes = -new Date(time).getTimezoneOffset();
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
