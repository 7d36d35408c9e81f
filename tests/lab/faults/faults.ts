import type { Lab } from "../lab.ts";
import { runCommand } from "../process.ts";
import type { LabProcess } from "../process.ts";
import { type ProxyPair, startDaemon } from "../proxy_pair.ts";
import type { LongPath } from "../relay/long_path.ts";
import type { Customers } from "./customers.ts";

/** Daemons far apart with many sessions between them. */
export interface Line {
  lab: Lab;
  path: LongPath;
  daemons: ProxyPair;
  /** The client daemon that runs now. */
  client: LabProcess;
  customers: Customers;
  /** Numbers in [0, 1). */
  random: () => number;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function restartClient(line: Line, signal: Deno.Signal): Promise<void> {
  line.client.signal(signal);
  await line.client.status;
  line.client = startDaemon(line.lab, "branch-1", line.path.near);
  await line.client.waitForLine(/sessions resumed/, { timeout: 30_000 });
}

async function restartServer(line: Line, signal: Deno.Signal): Promise<void> {
  line.daemons.server.signal(signal);
  await line.daemons.restartServer();
}

async function blackHole({ path }: Line, milliseconds: number): Promise<void> {
  path.relay.signal("SIGUSR1");
  await pause(milliseconds);
  path.relay.signal("SIGUSR2");
}

async function stopped(process: LabProcess, milliseconds: number): Promise<void> {
  process.signal("SIGSTOP");
  await pause(milliseconds);
  process.signal("SIGCONT");
}

/** Takes an interface of a daemon's namespace down and up again. */
async function downAndUp(enter: LongPath["near"], name: string): Promise<void> {
  for (const state of ["down", "up"]) {
    const [program, args] = enter("ip", ["link", "set", name, state]);
    await runCommand(program, ...args);
    await pause(500);
  }
}

/** What may happen to a line, by name. Each resolves when it is over. */
export const FAULTS: Readonly<Record<string, (line: Line) => Promise<void>>> = {
  "client killed": (line) => restartClient(line, "SIGKILL"),
  "client restarted": (line) => restartClient(line, "SIGTERM"),
  "server killed": (line) => restartServer(line, "SIGKILL"),
  "server restarted": (line) => restartServer(line, "SIGTERM"),
  "short black hole": (line) => blackHole(line, 500 + line.random() * 3_000),
  "long black hole": (line) => blackHole(line, 10_000 + line.random() * 10_000),
  "client stopped": (line) => stopped(line.client, 1_000 + line.random() * 12_000),
  "server stopped": (line) => stopped(line.daemons.server, 1_000 + line.random() * 12_000),
  "customers' interface down": ({ path }) => downAndUp(path.near, "lan0"),
  "AC's interface down": ({ path }) => downAndUp(path.far, "wan0"),
  async "customers hang up"({ customers, random }) {
    for (let i = 0; i < 20; i++) customers.hangUp(customers.any(random()));
    await pause(100);
  },
  async "the AC hangs up"({ customers, random }) {
    for (let i = 0; i < 20; i++) {
      const { sessionId } = customers.any(random());
      if (customers.ac.sessions.has(sessionId)) customers.ac.terminate(sessionId);
    }
    await pause(500);
  },
  async "hanging up in a black hole"(line) {
    const { customers, random, path } = line;
    path.relay.signal("SIGUSR1");
    for (let i = 0; i < 10; i++) customers.hangUp(customers.any(random()));
    await pause(11_000); // longer than the keepalive: the two ends agree on the next tunnel
    path.relay.signal("SIGUSR2");
  },
};
