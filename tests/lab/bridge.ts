import type { Lab } from "./lab.ts";
import { runCommand } from "./process.ts";

/**
 * Bridges interfaces into one segment, in place of the daemons, to test the hosts alone. Resolves
 * when each interface forwards.
 */
export async function bridge(lab: Lab, ...interfaces: string[]): Promise<void> {
  await runCommand("ip", "link", "add", "lab-br", "type", "bridge", "forward_delay", "0");
  lab.use({
    [Symbol.asyncDispose]: async () => void await runCommand("ip", "link", "del", "lab-br"),
  });
  for (const name of interfaces) await runCommand("ip", "link", "set", name, "master", "lab-br");
  await runCommand("ip", "link", "set", "lab-br", "up");
  for (const name of interfaces) await forwarding(name);
}

async function forwarding(name: string): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const state = await runCommand("ip", "-d", "link", "show", name);
    if (state.includes("state forwarding")) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`"${name}" does not reach the forwarding state`);
}
