import type { Link } from "../../ffi/link/link.ts";

/**
 * Returns why a link loses frames sooner than it should, and what to do; undefined if its ring is
 * complete.
 */
export function ringWarning({ name, kind, ring: { wanted, slots } }: Link): string | undefined {
  if (kind === "memory" || slots >= wanted) return undefined;
  const less = slots === 0
    ? "no receive ring, so each frame costs a system call"
    : `a receive ring of ${slots} frames instead of ${wanted}, so bursts lose frames sooner`;
  return `The kernel gives interface "${name}" ${less}; free memory and restart`;
}
