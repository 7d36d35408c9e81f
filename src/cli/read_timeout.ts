import { parseDuration } from "../config/units.ts";
import { UsageError } from "./arguments.ts";

/** Maximum duration on the command line, in milliseconds. */
const MAX_TIMEOUT = 600_000;

/** Parses a duration from the command line; returns milliseconds, throws UsageError. */
export function readTimeout(text: string): number {
  const timeout = parseDuration(text);
  if (timeout !== undefined && timeout > 0 && timeout <= MAX_TIMEOUT) return timeout;
  throw new UsageError(`Cannot use "${text}" as a duration: use up to 10 minutes, such as "3s"`);
}
