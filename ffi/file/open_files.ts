/** The limit of open files (getrlimit(2)). */
import { libc } from "../libc.ts";

const RLIMIT_NOFILE = 7;

/** Maximum number of open files of this process: the soft limit. */
export function openFileLimit(): number {
  readLimits(); // called per connection, so it allocates no garbage
  return Number(limits[0]);
}

/**
 * Raises the soft limit of open files to the hard limit, as services are expected to do (`deno run`
 * does, a compiled program does not). Returns the resulting limit.
 */
export function raiseOpenFileLimit(): number {
  readLimits();
  const [soft, hard] = limits;
  if (soft < hard) {
    limits[0] = hard;
    libc().setrlimit(RLIMIT_NOFILE, limitBytes);
  }
  return openFileLimit();
}

/** struct rlimit: soft and hard limit; RLIM_INFINITY is 2^64 - 1. */
const limits = new BigUint64Array(2);
const limitBytes = new Uint8Array(limits.buffer);

function readLimits(): void {
  libc().getrlimit(RLIMIT_NOFILE, limitBytes);
}
