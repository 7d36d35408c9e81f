import type { Lab } from "../lab.ts";
import { type LabProcess, runCommand } from "../process.ts";
import { type ProxyPair, startDaemon, startProxyPair } from "../proxy_pair.ts";
import { layLongPath, type LongPath } from "../relay/long_path.ts";
import { Customers } from "./customers.ts";
import { makeWallClock, type WallClock } from "./wall_clock.ts";

/** The client daemons with both ends of their LANs. */
export const BRANCHES = [
  { name: "north", lan: "lan0", customer: "cust0" },
  { name: "south", lan: "lan1", customer: "cust1" },
] as const;

/** `tunnel.keepalive` at pace 1, in milliseconds. */
export const KEEPALIVE = { interval: 3_000, timeout: 9_000 };

/** Distant daemons with many sessions between them: two clients, one server. */
export interface Line {
  readonly lab: Lab;
  readonly path: LongPath;
  readonly daemons: ProxyPair;
  /** The client daemons that are running, by name. */
  readonly clients: Map<string, LabProcess>;
  readonly customers: Customers;
  /** The clock that the daemons read. */
  readonly clock: WallClock;
  /** Returns numbers in [0, 1). */
  readonly random: () => number;
  /** Factor of all waits, relative to a daemon with default settings. */
  readonly pace: number;
  /** Restarts a client daemon that has ended. */
  startClient(name: string): LabProcess;
}

/** How a line is set up. */
export interface LineOptions {
  random: () => number;
  /** Default 1. */
  pace?: number;
  /** The addresses on the wires. Default "own". */
  mac?: "own" | "transparent";
  /** Space for the state of each daemon, in bytes. Default 8 MiB. */
  disk?: number;
}

function keepalive(pace: number): string {
  return `[tunnel.keepalive]
interval = "${KEEPALIVE.interval * pace}ms"
timeout = "${KEEPALIVE.timeout * pace}ms"
`;
}

/** High limits: the tests are not about how fast a customer may dial. */
const LIMITS = `[limits]
padi_rate_per_mac = 10000
padi_burst_per_mac = 10000
padi_rate = 10000
padi_burst = 10000
sessions_per_customer = 10000
`;

/** Starts everything but sessions. */
export async function openLine(lab: Lab, options: LineOptions): Promise<Line> {
  for (const { lan, customer } of BRANCHES) await lab.cable(customer, lan);
  await lab.cable("wan0", "ac0");
  const names = BRANCHES.map(({ name }) => name);
  for (const name of ["server", ...names]) await mountDisk(lab, name, options.disk ?? 8 << 20);
  const lans = BRANCHES.map(({ lan }) => lan);
  const path = await layLongPath(lab, { delay: 1, loss: 0, seed: 1, lans });
  const clock = await makeWallClock(lab);
  const { random, pace = 1 } = options;
  const settings = `${keepalive(pace)}${LIMITS}`;
  const daemons = await startProxyPair(lab, {
    path,
    mac: options.mac ?? "own",
    keep: true,
    env: clock.env,
    clients: Object.fromEntries(BRANCHES.map(({ name, lan }) => [name, lan])),
    server: settings,
    client: settings,
  });
  const clients = new Map(daemons.clients);
  return {
    lab,
    path,
    daemons,
    clients,
    clock,
    customers: new Customers(lab, BRANCHES.map(({ customer }) => customer)),
    random,
    pace,
    startClient(name) {
      const client = startDaemon(lab, name, path.near, clock.env);
      clients.set(name, client);
      return client;
    },
  };
}

/** Mounts a small file system for a daemon's state. */
async function mountDisk(lab: Lab, name: string, bytes: number): Promise<void> {
  const folder = `${lab.folder}/${name}.state`;
  await Deno.mkdir(folder, { mode: 0o700 });
  await runCommand("mount", "-t", "tmpfs", "-o", `size=${bytes},mode=0700`, "tmpfs", folder);
  lab.use({
    [Symbol.asyncDispose]: async () => void await runCommand("umount", "-l", folder),
  });
}
