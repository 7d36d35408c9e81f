import { EBADF } from "./errno.ts";

/**
 * After this many consecutive free descriptors a search ends. The kernel assigns the lowest free
 * one, but hundreds of connections may have been closed below the one that is wanted.
 */
const GAP = 1024;

/**
 * Probes this process's descriptors in ascending order. `probe` makes a call on one and returns its
 * errno, 0 for none; yields descriptor and errno of those that are open.
 */
export function* probeDescriptors(
  probe: (fd: number) => number,
): Generator<[fd: number, errno: number]> {
  let gap = 0;
  for (let fd = 0; gap < GAP; fd++) {
    const error = probe(fd);
    gap = error === EBADF ? gap + 1 : 0;
    if (error !== EBADF) yield [fd, error];
  }
}
