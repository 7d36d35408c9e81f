import { libc } from "../libc.ts";

/** sizeof(struct timex) on 64-bit systems; `modes` is its first field, and 0 only queries. */
const TIMEX_BYTES = 208;
/** Returned by adjtimex(2) if the clock is not synchronised. */
const TIME_ERROR = 5;

/** Whether the system clock is synchronised (NTP, PTP); undefined if the kernel refuses to say. */
export function isClockSynchronised(): boolean | undefined {
  const state = libc().adjtimex(new Uint8Array(TIMEX_BYTES));
  return state < 0 ? undefined : state !== TIME_ERROR;
}
