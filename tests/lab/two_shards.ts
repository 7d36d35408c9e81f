/** A server of two threads in a lab, with a client and a customer on each. */
import { AdminClient } from "../../src/cli/remote/admin_client.ts";
import { CODE_PADT } from "../../src/pppoe/constants.ts";
import type { Mac } from "../../src/pppoe/mac.ts";
import type { Lab } from "./lab.ts";
import { startTestAc, type TestAc } from "./peers/test_ac.ts";
import { type DialedSession, startTestClient, type TestClient } from "./peers/test_client.ts";
import { type PairOptions, type ProxyPair, startProxyPair } from "./proxy_pair.ts";

/** The payload of a session frame. */
export const PAYLOAD = Uint8Array.of(0, 0x21, 0x45, 0, 0, 1);
/** The clients. */
export const NAMES = ["north", "south"] as const;

/** What runs, in the order of `NAMES`. */
export interface Line {
  ac: TestAc;
  daemons: ProxyPair;
  hosts: TestClient[];
  sessions: DialedSession[];
  /** The server's admin API. */
  admin: AdminClient;
}

/** Starts a server of two threads and two clients, one for each, with a session each. */
export async function twoShards(lab: Lab, options: PairOptions = {}): Promise<Line> {
  await lab.cables();
  await lab.cable("cust1", "lan1");
  const ac = lab.use(startTestAc({ interface: "ac0", name: "lab-ac" }));
  const clients = { north: "lan0", south: "lan1" };
  const daemons = await startProxyPair(lab, { shards: 2, ...options, clients });
  const hosts = ["cust0", "cust1"].map((name) => lab.use(startTestClient(name)));
  const sessions: DialedSession[] = [];
  for (const host of hosts) sessions.push(await host.dial());
  for (const session of sessions) await session.echo(PAYLOAD);
  return { ac, daemons, hosts, sessions, admin: new AdminClient(`${lab.folder}/server.sock`) };
}

/** Number of PADTs that a host has received. */
export function padts(peer: TestAc | TestClient): number {
  return peer.seen.all(({ code }) => code === CODE_PADT).length;
}

/** Our addresses towards the AC. */
export function addresses(ac: TestAc): Set<Mac> {
  return new Set(ac.sessions.values());
}
