import type { Lab } from "./lab.ts";
import { runCommand } from "./process.ts";

/**
 * Bridges interfaces into one segment, in place of the daemons, to test the hosts alone. Resolves
 * when each interface forwards.
 */
export async function bridge(lab: Lab, ...interfaces: string[]): Promise<void> {
  await bridgeNamed(lab, "lab-br", interfaces);
}

/** The same, for several bridges in a lab. */
export async function bridgeNamed(
  lab: Lab,
  bridge: string,
  interfaces: readonly string[],
): Promise<void> {
  const add = ["type", "bridge", "forward_delay", "0", "mcast_snooping", "0"];
  await runCommand("ip", "link", "add", bridge, ...add);
  lab.use({
    [Symbol.asyncDispose]: async () => void await runCommand("ip", "link", "del", bridge),
  });
  for (const name of interfaces) await runCommand("ip", "link", "set", name, "master", bridge);
  await runCommand("ip", "link", "set", bridge, "up", "addrgenmode", "none");
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
