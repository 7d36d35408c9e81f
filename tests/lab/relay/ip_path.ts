/** The two ends of an IP path, each in its own namespace. */
import type { Lab } from "../lab.ts";
import { type LabProcess, runCommand } from "../process.ts";

/** Addresses of the two ends. */
export const NEAR = "10.99.0.1";
export const FAR = "10.99.0.2";

/** The namespaces of the two ends, to run programs in. */
export interface IpPath {
  /** Runs this program in the client's namespace. */
  near: (program: string, args: readonly string[]) => [string, string[]];
  /** Runs this program in the server's namespace. */
  far: (program: string, args: readonly string[]) => [string, string[]];
}

/** Moves the LANs and cli0, wan0 and srv0 into namespaces; call it before the daemons start. */
export async function partEnds(lab: Lab, lans: readonly string[] = ["lan0"]): Promise<IpPath> {
  const [near, far] = [await namespace(lab, "near"), await namespace(lab, "far")];
  for (const lan of lans) await settle(near, lan);
  await settle(near, "cli0", NEAR);
  await settle(far, "wan0");
  await settle(far, "srv0", FAR);
  await lab.operational();
  const enter = (holder: LabProcess) => (program: string, args: readonly string[]) =>
    ["nsenter", ["-t", String(holder.pid), "-n", program, ...args]] as [string, string[]];
  return { near: enter(near), far: enter(far) };
}

/** Makes a namespace that lives as long as the process that holds it. */
export async function namespace(lab: Lab, name: string): Promise<LabProcess> {
  const held = "ip link set lo up && echo held && exec sleep infinity";
  const holder = lab.start({ name, program: "unshare", args: ["--net", "sh", "-c", held] });
  await holder.waitForLine(/held/);
  return holder;
}

/** Moves an interface into a namespace, and sets it up with an address of a /24. */
export async function settle(
  holder: LabProcess,
  name: string,
  address?: string,
): Promise<void> {
  await runCommand("ip", "link", "set", name, "netns", String(holder.pid));
  const inside = (...args: string[]) =>
    runCommand("nsenter", "-t", String(holder.pid), "-n", "ip", ...args);
  if (address !== undefined) await inside("address", "add", `${address}/24`, "dev", name);
  await inside("link", "set", name, "up");
}
