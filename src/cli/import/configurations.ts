/** The configurations of an imported line, as TOML with comments on what differs. */
import { formatAddress } from "../../config/addresses.ts";
import { quoted } from "../../config/toml/quoted.ts";
import { type LinePlan, listenText } from "./line_plan.ts";

/** Maximum idle timeout of a configuration, in seconds. */
const MAX_IDLE = 24 * 86_400;
const MIN_IDLE = 10;

const MAC =
  `# The old program sent from the customers' MAC addresses, which needs promiscuous mode. If your AC
# counts sessions by MAC address, set "transparent".
mac = "own"`;

const STATE = `# Sessions then survive a restart, an update or a crash.
# state_dir = "/var/lib/pppoe-proxy"`;

/** Returns the server's configuration. */
export function serverToml({ server, clients }: LinePlan): string {
  return [
    `mode = "server"`,
    STATE,
    `\n[interface]\nname = ${quoted(server.interface)}`,
    MAC,
    `\n[tunnel]`,
    ...allowedNote(server.allowed, server.listen.port),
    `listen = ${quoted(listenText(server.listen))}`,
    `# Made by: pppoe-proxy keygen certificate`,
    `certificate = "server.crt"`,
    `key = "server.key"`,
    ...clients.map(({ name }) =>
      `\n[[clients]]\nname = ${quoted(name)}\nsecret_file = ${quoted(`${name}.secret`)}`
    ),
    `\n[discovery]`,
    `# The old program passed the customers' Host-Uniq on. If your ISP authenticates by it, set`,
    `# "preserve".`,
    `host_uniq = "rewrite"`,
    ...limits(server.sessions),
    ...idle(server.idleTimeout),
    "",
  ].join("\n");
}

/** Returns a client's configuration. */
export function clientToml({ name, interface: lan, connect }: LinePlan["clients"][number]): string {
  return [
    `mode = "client"`,
    STATE,
    `\n[interface]\nname = ${quoted(lan)}`,
    MAC,
    `\n[tunnel]`,
    `connect = [${quoted(formatAddress(connect))}]`,
    `# A copy of the server's certificate and of this client's secret.`,
    `server_certificate = "server.crt"`,
    `name = ${quoted(name)}`,
    `secret_file = ${quoted(`${name}.secret`)}`,
    "",
  ].join("\n");
}

/** How to keep the rule that only one address may connect. */
function allowedNote(allowed: string | undefined, port: number): string[] {
  if (allowed === undefined || !/^[0-9A-Fa-f.:]{2,45}$/.test(allowed)) return [];
  const family = allowed.includes(":") ? "ip6" : "ip";
  return [
    `# A client is now known by its secret. Before, only ${allowed} could connect; to keep that rule:`,
    `# nft add rule inet filter input tcp dport ${port} ${family} saddr != ${allowed} drop`,
  ];
}

function limits(sessions: number | undefined): string[] {
  return sessions === undefined ? [] : [`\n[limits]\nsessions = ${sessions}`];
}

function idle(seconds: number | undefined): string[] {
  if (seconds === undefined) return [];
  const kept = seconds === 0 ? 0 : Math.min(Math.max(seconds, MIN_IDLE), MAX_IDLE);
  return [`\n[sessions]\nidle_timeout = "${kept}s"`];
}
