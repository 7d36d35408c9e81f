import { freePort } from "../free_port.ts";
import type { Lab } from "./lab.ts";
import { type LabProcess, runCommand } from "./process.ts";
import { FAR, type IpPath } from "./relay/ip_path.ts";
import { pppoeProxyCommand } from "./shipped.ts";

/** How the daemons of a lab are set up. */
export interface PairOptions {
  /** The addresses on the wires. Default "own". */
  mac?: "own" | "transparent";
  /** Transport of the tunnels. Default "tls". */
  transport?: "tls" | "quic" | "auto";
  /** Clients by name, each with the interface of its LAN. Default `{ "branch-1": "lan0" }`. */
  clients?: Readonly<Record<string, string>>;
  /** The IP path between the daemons; without one they connect on `host`. */
  path?: IpPath;
  /** As in a configuration, IPv6 with brackets. Default "127.0.0.1". */
  host?: string;
  /** The server's interface. Default "wan0". */
  wan?: string;
  /** Number of the server's threads. Default 1. */
  shards?: number;
  /** Whether sessions outlive their processes. Default false. */
  keep?: boolean;
  /** Additional environment of the daemons. */
  env?: Readonly<Record<string, string>>;
  /** Additional TOML in the server's configuration. */
  server?: string;
  /** Additional TOML in each client's configuration. */
  client?: string;
  /** Additional environment of the server. */
  serverEnv?: Record<string, string>;
}

/** A server daemon and its client daemons, each of which can be stopped and restarted. */
export interface ProxyPair {
  readonly server: LabProcess;
  /** Clients by name. */
  readonly clients: ReadonlyMap<string, LabProcess>;
  /** The only client. */
  readonly client: LabProcess;
  /** Restarts the server on the same port, after it has ended. */
  restartServer(): Promise<void>;
}

/** Starts one server on wan0 and its clients; resolves when the tunnels are up. */
export async function startProxyPair(lab: Lab, options: PairOptions = {}): Promise<ProxyPair> {
  const lans = options.clients ?? { "branch-1": "lan0" };
  const port = freePort();
  await makeSecrets(lab, Object.keys(lans));
  await lab.write("server.toml", serverConfig(options, port, Object.keys(lans)));
  let server = startDaemon(lab, "server", options.path?.far, options.serverEnv);
  await ready(server);
  const clients = new Map<string, LabProcess>();
  for (const [name, lan] of Object.entries(lans)) {
    await lab.write(`${name}.toml`, clientConfig(options, port, name, lan));
    clients.set(name, startDaemon(lab, name, options.path?.near, options.env));
  }
  for (const client of clients.values()) await ready(client);
  return {
    get server() {
      return server;
    },
    clients,
    get client() {
      const [only] = clients.values();
      return only;
    },
    async restartServer() {
      await server.status;
      server = startDaemon(lab, "server", options.path?.far, options.serverEnv);
      await ready(server);
    },
  };
}

/** Starts a daemon with the configuration `NAME.toml` of the lab's folder. */
export function startDaemon(
  lab: Lab,
  name: string,
  enter: IpPath["near"] = (program, args) => [program, [...args]],
  env: Record<string, string> = {},
): LabProcess {
  const config = `${lab.folder}/${name}.toml`;
  const command = pppoeProxyCommand("run", "--config", config);
  const [program, args] = enter(command.program, command.args);
  return lab.start({ name, program, args, env: { RUNTIME_DIRECTORY: lab.folder, ...env } });
}

/** Resolves when a daemon has logged `ready`, in its output from line `since` on. */
export async function ready(daemon: LabProcess, since = 0): Promise<void> {
  await daemon.waitForLine(/\bready\b/, { since });
}

/** Makes a certificate for the server and a secret for each client, in the lab's folder. */
export async function makeSecrets(lab: Lab, clients: readonly string[]): Promise<void> {
  await Promise.all([
    keygen("certificate", "--name", "localhost", "--out-dir", lab.folder),
    ...clients.map((name) => makeSecret(lab, name)),
  ]);
}

/** Makes a new secret in `NAME.secret`. */
export async function makeSecret(lab: Lab, name: string): Promise<void> {
  await keygen("secret", `${lab.folder}/${name}.secret`);
}

async function keygen(...args: string[]): Promise<void> {
  const command = pppoeProxyCommand("keygen", ...args);
  await runCommand(command.program, ...command.args);
}

function serverConfig(
  { mac, transport, path, host = "127.0.0.1", wan, keep, server, shards }: PairOptions,
  port: number,
  clients: string[],
): string {
  const peers = clients.map((name) => `
[[clients]]
name = "${name}"
secret_file = "${name}.secret"
`);
  return `mode = "server"
${keep ? 'state_dir = "server.state"' : ""}${shards === undefined ? "" : `\nshards = ${shards}`}

[interface]
name = "${wan ?? "wan0"}"
mac = "${mac ?? "own"}"

[tunnel]
transport = "${transport ?? "tls"}"
listen = "${path === undefined ? host : FAR}:${port}"
certificate = "server.crt"
key = "server.key"
${server ?? ""}
${peers.join("")}`;
}

function clientConfig(
  { mac, transport, path, host = "127.0.0.1", keep, client }: PairOptions,
  port: number,
  name: string,
  lan: string,
): string {
  return `mode = "client"
${keep ? `state_dir = "${name}.state"` : ""}

[interface]
name = "${lan}"
mac = "${mac ?? "own"}"

[tunnel]
transport = "${transport ?? "tls"}"
connect = ["${path === undefined ? host : FAR}:${port}"]
server_certificate = "server.crt"
name = "${name}"
secret_file = "${name}.secret"
${client ?? ""}`;
}
