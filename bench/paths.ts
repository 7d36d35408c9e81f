/** The two paths that are compared, each between cust0 and ac0 of a lab of its own. */
import type { Load } from "./load.ts";
import { Lab } from "../tests/lab/lab.ts";
import { startTestAc } from "../tests/lab/peers/test_ac.ts";
import { startTestClient } from "../tests/lab/peers/test_client.ts";
import { startProxyPair } from "../tests/lab/proxy_pair.ts";

/** Whose frames go where. */
export type Head = Pick<Load, "from" | "source" | "destination" | "id"> & { to: string };

/** A path that stands. */
export interface Path {
  pids: number[];
  up: Head;
  down: Head;
  /** Milliseconds from the start of both daemons, keys included, until they were ready. */
  readyAfter: number;
}

/** Both daemons, and a session dialed through them. */
export async function layDaemons(lab: Lab): Promise<Path> {
  await lab.cables();
  const start = performance.now();
  const { server, client } = await startProxyPair(lab);
  const readyAfter = performance.now() - start;
  await using ac = startTestAc({ interface: "ac0", name: "lab-ac" });
  await using customer = startTestClient("cust0");
  const session = await customer.dial({});
  await session.echo(new Uint8Array(50));
  const host = ac.sessions.get(session.sessionId);
  if (host === undefined) throw new Error("The AC does not know the session");
  const id = session.sessionId;
  return {
    pids: [server.pid, client.pid],
    up: { from: "cust0", to: "ac0", source: customer.mac, destination: session.concentrator, id },
    down: { from: "ac0", to: "cust0", source: ac.mac, destination: host, id },
    readyAfter,
  };
}

/** The reference forwarder; see reference.ts. */
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
