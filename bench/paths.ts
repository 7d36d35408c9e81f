/** The two paths to compare, each between cust0 and ac0 in its own lab. */
import type { Flow } from "./load.ts";
import { Lab } from "../tests/lab/lab.ts";
import { freePort } from "../tests/free_port.ts";
import { startProxyPair } from "../tests/lab/proxy_pair.ts";
import { dialSessions } from "./dial.ts";

/** What runs between the wires. */
export interface RunningPath {
  pids: number[];
  /**
   * Time from starting both ends, including key generation, until they were ready, in milliseconds.
   */
  readyAfter: number;
}

/** A running path with a session. */
export interface Path extends RunningPath {
  up: Flow;
  down: Flow;
}

/** Starts both daemons and dials a session through them. */
export async function layDaemons(lab: Lab): Promise<Path> {
  return await withSession(await startDaemons(lab));
}

/** Starts the reference forwarder and dials a session through it; see reference.ts. */
export async function layReference(lab: Lab): Promise<Path> {
  return await withSession(await startReference(lab));
}

/** Dials a session through what runs. */
export async function withSession(running: RunningPath): Promise<Path> {
  const { up: [up], down: [down] } = await dialSessions();
  return { ...running, up, down };
}

/** Starts both daemons; `more` is further configuration of both. */
export async function startDaemons(lab: Lab, more = ""): Promise<RunningPath> {
  await lab.cables();
  const start = performance.now();
  const { server, client } = await startProxyPair(lab, { server: more, client: more });
  return { pids: [server.pid, client.pid], readyAfter: performance.now() - start };
}

/** Starts both ends of the reference forwarder. */
export async function startReference(lab: Lab): Promise<RunningPath> {
  const deno = ["run", "-A", "--cached-only", "--quiet"];
  const script = new URL("reference.ts", import.meta.url).pathname;
  return await startForwarder(lab, Deno.execPath(), [...deno, script]);
}

/**
 * Starts both ends of a program that forwards; its arguments, after `args`, are those of
 * reference.ts.
 */
export async function startForwarder(
  lab: Lab,
  program: string,
  args: readonly string[] = [],
): Promise<RunningPath> {
  await lab.cables();
  const port = String(freePort());
  const start = performance.now();
  const side = (wire: string, how: string) =>
    lab.start({ name: how, program, args: [...args, wire, port, how] });
  const server = side("wan0", "listen");
  await server.waitForLine(/listening/);
  const client = side("lan0", "connect");
  await Promise.all([server.waitForLine(/ready/), client.waitForLine(/ready/)]);
  return { pids: [server.pid, client.pid], readyAfter: performance.now() - start };
}
