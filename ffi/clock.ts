import { libc } from "./libc.ts";

/** sizeof(struct timex) of 64-bit systems; `modes` is its first field, and 0 only asks. */
const TIMEX_BYTES = 208;
/** What adjtimex(2) returns where nobody keeps the clock in step. */
const TIME_ERROR = 5;

/** Whether something (NTP, PTP) keeps the system's clock in step; undefined where that is not told. */
export function isClockSynchronised(): boolean | undefined {
  const state = libc().adjtimex(new Uint8Array(TIMEX_BYTES));
  return state < 0 ? undefined : state !== TIME_ERROR;
}
