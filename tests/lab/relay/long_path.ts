/**
 * A lab whose daemons are far apart:
 *
 *     cust0 ══ lan0 [client] cli0 ══ relay0 [relay] relay1 ══ srv0 [server] wan0 ══ ac0
 *              └─ near's namespace ─┘                        └─ far's namespace ─┘
 */
import type { Lab } from "../lab.ts";
import { type LabProcess, runCommand } from "../process.ts";
import { disableOffloads } from "./offloads.ts";

const RELAY = new URL("relay.ts", import.meta.url).pathname;

/** Addresses of the two ends. */
export const NEAR = "10.99.0.1";
export const FAR = "10.99.0.2";

/** How the IP path between the daemons is. */
export interface LongPathOptions {
  /** Milliseconds each way. */
  delay: number;
  /** Share of the packets that is lost each way, 0 to 1. */
  loss: number;
  seed: number;
}

/** The namespaces' processes, to run programs in. */
export interface LongPath {
  /** Runs this program where the client stands. */
  near: (program: string, args: readonly string[]) => [string, string[]];
  /** Runs this program where the server stands. */
  far: (program: string, args: readonly string[]) => [string, string[]];
  readonly relay: LabProcess;
}

/** Moves lan0 and wan0 apart and lays the path; call it before the daemons start. */
export async function layLongPath(lab: Lab, options: LongPathOptions): Promise<LongPath> {
  await lab.cable("cli0", "relay0");
  await lab.cable("srv0", "relay1");
  for (const name of ["cli0", "srv0", "relay0", "relay1"]) disableOffloads(name);
  const [near, far] = [await namespace(lab, "near"), await namespace(lab, "far")];
  await settle(near, "lan0");
  await settle(near, "cli0", NEAR);
  await settle(far, "wan0");
  await settle(far, "srv0", FAR);
  const { delay, loss, seed } = options;
  const relay = lab.start({
    name: "relay",
    program: Deno.execPath(),
    args: ["run", "-A", "--cached-only", "--quiet", RELAY, "relay0", "relay1"]
      .concat([delay, loss, seed].map(String)),
  });
  await relay.waitForLine(/relay up/, { timeout: 20_000 });
  const enter = (holder: LabProcess) => (program: string, args: readonly string[]) =>
    ["nsenter", ["-t", String(holder.pid), "-n", program, ...args]] as [string, string[]];
  return { near: enter(near), far: enter(far), relay };
}

/** A namespace that lives as long as the process that holds it. */
async function namespace(lab: Lab, name: string): Promise<LabProcess> {
  const held = "ip link set lo up && echo held && exec sleep infinity";
  const holder = lab.start({ name, program: "unshare", args: ["--net", "sh", "-c", held] });
  await holder.waitForLine(/held/);
  return holder;
}

async function settle(holder: LabProcess, name: string, address?: string): Promise<void> {
  await runCommand("ip", "link", "set", name, "netns", String(holder.pid));
  const inside = (...args: string[]) =>
    runCommand("nsenter", "-t", String(holder.pid), "-n", "ip", ...args);
  if (address !== undefined) await inside("address", "add", `${address}/24`, "dev", name);
  await inside("link", "set", name, "up");
}
