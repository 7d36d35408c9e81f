/**
 * The kernel in place of the daemons: two bridges with a cable between them.
 *
 *     cust0 ══ lan0 ─ br-lan ─ cable0 ══ cable1 ─ br-wan ─ wan0 ══ ac0
 */
import { bridgeNamed } from "../tests/lab/bridge.ts";
import type { Lab } from "../tests/lab/lab.ts";
import type { RunningPath } from "./paths.ts";

/** Lays the cables and bridges them. Throws if the kernel has no bridges. */
export async function layKernelBridge(lab: Lab): Promise<RunningPath> {
  await lab.cables();
  await lab.cable("cable0", "cable1");
  const start = performance.now();
  await bridgeNamed(lab, "br-lan", ["lan0", "cable0"]);
  await bridgeNamed(lab, "br-wan", ["wan0", "cable1"]);
  return { pids: [], readyAfter: performance.now() - start };
}
