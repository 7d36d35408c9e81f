/** What code costs: other work on the machine delays it, but adds nothing to its CPU time. */
import process from "node:process";

/** Runs `body`; returns the CPU time that this process took meanwhile, in milliseconds. */
export function cpuTime(body: () => void): number {
  const before = process.cpuUsage();
  body();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
