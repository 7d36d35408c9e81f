import type { Lab } from "./lab.ts";
import { addBridge, addPort, removeInterface, setUp } from "./veth.ts";

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
  addBridge(bridge);
  lab.use({
    // deno-lint-ignore require-await -- a lab disposes of its parts asynchronously
    [Symbol.asyncDispose]: async () => removeInterface(bridge),
  });
  const index = Number(await Deno.readTextFile(`/sys/class/net/${bridge}/ifindex`));
  for (const name of interfaces) addPort(index, name);
  setUp(bridge);
  for (const name of interfaces) await forwarding(name);
}

/** BR_STATE_FORWARDING of linux/if_bridge.h. */
const FORWARDING = 3;

async function forwarding(name: string): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const state = await Deno.readTextFile(`/sys/class/net/${name}/brport/state`);
    if (Number(state) === FORWARDING) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`"${name}" does not reach the forwarding state`);
}
