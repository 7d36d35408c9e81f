/** The limit of open files (getrlimit(2)), and what Deno does when it is reached. */
import { libc } from "./libc.ts";

const RLIMIT_NOFILE = 7;

/** How many files this process may have open: the soft limit. */
export function openFileLimit(): number {
  const [soft] = readLimits();
  return Number(soft);
}

/**
 * Raises the soft limit of open files to the hard one, as services are expected to (`deno run`
 * does, a compiled program does not). Returns the limit that holds then.
 */
export function raiseOpenFileLimit(): number {
  const limits = readLimits();
  const [soft, hard] = limits;
  if (soft < hard) {
    limits[0] = hard;
    libc().setrlimit(RLIMIT_NOFILE, new Uint8Array(limits.buffer));
  }
  return openFileLimit();
}

/**
 * Makes running out of descriptors survivable. The first time that Deno shows an error's stack, it
 * opens a file to find out how much stack it has, and ends the process where it cannot
 * (pthread_getattr_np(3) in the crate stacker). It remembers the answer.
 */
export function surviveFullTable(): void {
  try {
    Deno.readTextFileSync("\0"); // no file can have this name
  } catch (error) {
    void (error as Error).stack;
  }
}

/** struct rlimit: soft and hard limit; RLIM_INFINITY is 2^64 - 1. */
function readLimits(): BigUint64Array<ArrayBuffer> {
  const limits = new BigUint64Array(2);
  libc().getrlimit(RLIMIT_NOFILE, new Uint8Array(limits.buffer));
  return limits;
}
