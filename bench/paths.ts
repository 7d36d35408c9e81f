/** The two paths to compare, each between cust0 and ac0 in its own lab. */
import type { Flow } from "./load.ts";
import { Lab } from "../tests/lab/lab.ts";
import { startProxyPair } from "../tests/lab/proxy_pair.ts";
import { dialSessions } from "./dial.ts";

/** A running path. */
export interface Path {
  pids: number[];
  up: Flow;
  down: Flow;
  /**
   * Time from starting both daemons, including key generation, until they were ready, in
   * milliseconds.
   */
  readyAfter: number;
}

/** Starts both daemons and dials a session through them. */
export async function layDaemons(lab: Lab): Promise<Path> {
  await lab.cables();
  const start = performance.now();
  const { server, client } = await startProxyPair(lab);
  const readyAfter = performance.now() - start;
  const { up: [up], down: [down] } = await dialSessions();
  return { pids: [server.pid, client.pid], up, down, readyAfter };
}

/** Starts the reference forwarder; see reference.ts. */
export async function layReference(lab: Lab): Promise<Path> {
  await lab.cables();
  using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  const start = performance.now();
  const side = (name: string, how: string) =>
    lab.start({
      name: how,
      program: Deno.execPath(),
      args: [
        ...["run", "-A", "--cached-only", "--quiet"],
        ...[new URL("reference.ts", import.meta.url).pathname, name, String(port), how],
      ],
    });
  const server = side("wan0", "listen");
  await server.waitForLine(/listening/);
  const client = side("lan0", "connect");
  await Promise.all([server.waitForLine(/ready/), client.waitForLine(/ready/)]);
  const [source, destination, id] = [0x02_0000_0000_01, 0x02_0000_0000_02, 1];
  return {
    pids: [server.pid, client.pid],
    up: { from: "cust0", to: "ac0", source, destination, id },
    down: { from: "ac0", to: "cust0", source: destination, destination: source, id },
    readyAfter: performance.now() - start,
  };
}
