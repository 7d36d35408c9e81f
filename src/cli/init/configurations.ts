/** The configurations that `init` writes. */
import { formatAddress } from "../../config/addresses.ts";
import { quoted } from "../../config/toml/quoted.ts";
import type { Address, TransportConfig } from "../../config/types.ts";

/** What both ends' configurations have. */
interface CommonAnswers {
  interface: string;
  mac: "own" | "transparent";
  stateDir: string;
}

/** What a server's configuration is made from. */
export interface ServerAnswers extends CommonAnswers {
  listen: Address;
  /** Name of the first client. */
  name: string;
}

/** What a client's configuration is made from. */
export interface ClientAnswers extends CommonAnswers {
  connect: readonly Address[];
  transport: TransportConfig;
  name: string;
}

/** A server's configuration. */
export function serverToml({ listen, name, ...common }: ServerAnswers): string {
  return [
    head("server", common, "the access concentrator is"),
    `[tunnel]`,
    `listen = ${quoted(formatAddress(listen))}`,
    `certificate = "server.crt"`,
    `key = "server.key"`,
    clientTable(name),
  ].join("\n");
}

/** A client's configuration. */
export function clientToml({ connect, transport, name, ...common }: ClientAnswers): string {
  return [
    head("client", common, "the customers are"),
    `[tunnel]`,
    `connect = [${connect.map((address) => quoted(formatAddress(address))).join(", ")}]`,
    `transport = ${quoted(transport)}`,
    `# The server's certificate: the tunnel accepts no other.`,
    `server_certificate = "server.crt"`,
    `name = ${quoted(name)}`,
    `secret_file = ${quoted(`${name}.secret`)}`,
    ``,
  ].join("\n");
}

/** The table of one more client of a server. */
export function clientTable(name: string): string {
  return `
[[clients]]
name = ${quoted(name)}
secret_file = ${quoted(`${name}.secret`)}
`;
}

function head(mode: string, { interface: link, mac, stateDir }: CommonAnswers, peers: string) {
  return `# Written by pppoe-proxy init. All settings: man pppoe-proxy.toml, or config.example.toml.
mode = "${mode}"
# Sessions outlive a restart, an update or a crash.
state_dir = ${quoted(stateDir)}

[interface]
# Where ${peers}.
name = ${quoted(link)}
# "own": frames have the interface's MAC address. "transparent": those of the peers.
mac = "${mac}"
`;
}
