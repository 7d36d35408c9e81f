/** Faults of the daemons themselves. */
import { makeSecrets, ready } from "../proxy_pair.ts";
import type { LabProcess } from "../process.ts";
import { anyBranch, between, type Faults, kept } from "./fault.ts";
import type { Line } from "./line.ts";

function clientOf({ clients }: Line, name: string): LabProcess {
  const client = clients.get(name);
  if (client === undefined) throw new RangeError(`Cannot find the client "${name}"`);
  return client;
}

async function restartClient(line: Line, signal: Deno.Signal): Promise<void> {
  const name = anyBranch(line);
  clientOf(line, name).signal(signal);
  await clientOf(line, name).status;
  await line.startClient(name).waitForLine(/sessions resumed/);
}

async function restartServer({ daemons }: Line, signal: Deno.Signal): Promise<void> {
  daemons.server.signal(signal);
  await daemons.restartServer();
}

async function stopped(line: Line, process: LabProcess): Promise<void> {
  process.signal("SIGSTOP");
  await between(line, 1_000, 13_000);
  process.signal("SIGCONT");
}

/** Replaces the server's certificate and restarts the server; the clients pin the same file. */
async function swapCertificate(line: Line): Promise<void> {
  const files = ["server.crt", "server.key"].map((name) => `${line.lab.folder}/${name}`);
  for (const file of files) await Deno.remove(file);
  await makeSecrets(line.lab, []);
  const clients = [...line.clients.values()];
  await Promise.all(clients.map((client) => {
    const since = client.output.length;
    client.signal("SIGHUP");
    return client.waitForLine(/"reloaded"/, { since });
  }));
  const since = clients.map(({ output }) => output.length);
  await restartServer(line, "SIGTERM");
  await Promise.all(clients.map((client, index) => ready(client, since[index])));
}

export const DAEMON_FAULTS: Faults = {
  "client killed": kept((line) => restartClient(line, "SIGKILL")),
  "client restarted": kept((line) => restartClient(line, "SIGTERM")),
  "server killed": kept((line) => restartServer(line, "SIGKILL")),
  "server restarted": kept((line) => restartServer(line, "SIGTERM")),
  "client stopped": kept((line) => stopped(line, clientOf(line, anyBranch(line)))),
  "server stopped": kept((line) => stopped(line, line.daemons.server)),
  "certificate swapped": kept(swapCertificate),
};
