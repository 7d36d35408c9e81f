import { libc } from "../../../ffi/libc.ts";

/** Sleeps on a thread of Deno's pool: JavaScript's own timers take at least 2 ms. */
export async function shortSleep(microseconds: number): Promise<void> {
  const timeout = new Uint8Array(16); // struct timespec { seconds, nanoseconds }
  new Uint32Array(timeout.buffer)[2] = microseconds * 1_000;
  await libc().ppollAside(new Uint8Array(8), 0, timeout, null);
}
