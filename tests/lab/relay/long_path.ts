/**
 * A lab with distant daemons:
 *
 *     cust0 ══ lan0 [client] cli0 ══ relay0 [relay] relay1 ══ srv0 [server] wan0 ══ ac0
 *              └─ near's namespace ─┘                        └─ far's namespace ─┘
 */
import type { Lab } from "../lab.ts";
import type { LabProcess } from "../process.ts";
import { type IpPath, partEnds } from "./ip_path.ts";
import type { Mood } from "./mood.ts";
import type { Conditions, Kind } from "./relay.ts";
import { disableOffloads } from "./offloads.ts";

const RELAY = new URL("relay.ts", import.meta.url).pathname;

/** The IP path between the daemons; `there` is from the client to the server. */
export interface LongPathOptions extends Conditions {
  seed: number;
  /** The client daemons' interfaces. Default "lan0". */
  lans?: readonly string[];
}

/** A running relay. */
export interface Relay {
  readonly relay: LabProcess;
  /** Resolves when the path is in this mood. */
  turn(mood: Mood): Promise<void>;
  /** Changes conditions, and keeps those that are not given; resolves when they hold. */
  change(conditions: Conditions): Promise<void>;
}

/** A path through a relay. */
export type LongPath = IpPath & Relay;

/** Separates lan0 and wan0 and sets up the path; call it before the daemons start. */
export async function layLongPath(lab: Lab, options: LongPathOptions): Promise<LongPath> {
  await lab.cable("cli0", "relay0");
  await lab.cable("srv0", "relay1");
  for (const name of ["cli0", "srv0", "relay0", "relay1"]) disableOffloads(name);
  const path = await partEnds(lab, options.lans);
  const { seed, lans: _, ...conditions } = options;
  return { ...path, ...await startRelay(lab, "ip", seed, conditions) };
}

/** Joins cust0 and ac0 by a relay of PPPoE, without daemons. */
export async function layBarePath(lab: Lab, seed: number, conditions: Conditions): Promise<Relay> {
  await lab.cable("cust0", "relay0");
  await lab.cable("ac0", "relay1");
  for (const name of ["cust0", "ac0", "relay0", "relay1"]) disableOffloads(name);
  return await startRelay(lab, "pppoe", seed, conditions);
}

/** Starts a relay between relay0 and relay1. */
async function startRelay(
  lab: Lab,
  kind: Kind,
  seed: number,
  conditions: Conditions,
): Promise<Relay> {
  const relay = lab.start({
    name: "relay",
    program: Deno.execPath(),
    args: ["run", "-A", "--cached-only", "--quiet", RELAY, "relay0", "relay1"]
      .concat([String(seed), kind, JSON.stringify(conditions)]),
    stdin: "piped",
  });
  await relay.waitForLine(/relay up/);
  const turn = async (mood: Mood): Promise<void> => {
    const since = relay.output.length;
    await relay.say(mood);
    await relay.waitForLine(new RegExp(`mood ${mood}`), { since });
  };
  const change = async (conditions: Conditions): Promise<void> => {
    const since = relay.output.length;
    await relay.say(JSON.stringify(conditions));
    await relay.waitForLine(/^changed /, { since });
  };
  return { relay, turn, change };
}
