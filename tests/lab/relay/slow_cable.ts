import type { Lab } from "../lab.ts";
import { runCommand } from "../process.ts";
import { type IpPath, partEnds } from "./ip_path.ts";
import { disableOffloads } from "./offloads.ts";

/**
 * Joins the daemons' ends by a cable with a token bucket (tc-tbf(8)) in each direction; call it
 * before the daemons start.
 *
 *     cust0 ══ lan0 [client] cli0 ══ srv0 [server] wan0 ══ ac0
 */
export async function laySlowCable(lab: Lab, megabits: number): Promise<IpPath> {
  await lab.cable("cli0", "srv0");
  for (const name of ["cli0", "srv0"]) disableOffloads(name);
  const path = await partEnds(lab);
  await limitRate(path, megabits);
  return path;
}

/** Sets a token bucket (tc-tbf(8)) that holds 20 ms in each direction; `undefined` removes it. */
export async function limitRate(path: IpPath, megabits: number | undefined): Promise<void> {
  for (const [enter, device] of [[path.near, "cli0"], [path.far, "srv0"]] as const) {
    const bucket = megabits === undefined
      ? ["del", "dev", device, "root"]
      : ["replace", "dev", device, "root", "tbf", "rate", `${megabits}mbit`].concat(
        ["burst", "16kb", "latency", "20ms"],
      );
    const [program, args] = enter("tc", ["qdisc", ...bucket]);
    await runCommand(program, ...args);
  }
}
