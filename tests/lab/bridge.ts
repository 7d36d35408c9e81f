import type { Lab } from "./lab.ts";
import { runCommand } from "./process.ts";

/** Joins interfaces as one segment: what stands in for the daemons when peers are tried alone. */
export async function bridge(lab: Lab, ...interfaces: string[]): Promise<void> {
  await runCommand("ip", "link", "add", "lab-br", "type", "bridge", "forward_delay", "0");
  lab.use({
    [Symbol.asyncDispose]: async () => void await runCommand("ip", "link", "del", "lab-br"),
  });
  for (const name of interfaces) await runCommand("ip", "link", "set", name, "master", "lab-br");
  await runCommand("ip", "link", "set", "lab-br", "up");
}
