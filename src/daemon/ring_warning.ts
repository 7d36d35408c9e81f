import type { Link } from "../../ffi/link/link.ts";

/**
 * Returns why a link loses frames sooner than it should, and what to do; undefined if its ring is
 * complete.
 */
export function ringWarning({ name, kind, ring }: Link): string | undefined {
  const { wanted, slots, wasStuck } = ring;
  if (wasStuck) {
    return `The kernel stopped filling the receive ring of interface "${name}" after a frame whose ` +
      "offload it cannot describe, so each frame now costs a system call; turn off UDP " +
      "fragmentation offload (UFO) in virtual machines on this segment, and restart";
  }
  if (kind === "memory" || slots >= wanted) return undefined;
  const less = slots === 0
    ? "no receive ring, so each frame costs a system call"
    : `a receive ring of ${slots} frames instead of ${wanted}, so bursts lose frames sooner`;
  return `The kernel gives interface "${name}" ${less}; free memory and restart`;
}
