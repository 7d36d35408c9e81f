import { formatAddress } from "../config/addresses.ts";
import { adminSocket } from "../config/admin_socket.ts";
import type { ClientConfig, Config, ServerConfig } from "../config/types.ts";
import { formatDuration } from "../config/units.ts";

/** What `run` would do with a configuration, in plain words, a line a matter. */
export function describe(config: Config): string[] {
  const { interface: link, sessions, stateDir } = config;
  const peers = config.mode === "server" ? "the access concentrators" : "the customers";
  const address = link.mac === "own"
    ? "with the interface's own MAC address"
    : "with the far peers' MAC addresses (promiscuous)";
  return [
    `Mode "${config.mode}": speaks PPPoE with ${peers} on "${link.name}" ${address}.`,
    ...(config.mode === "server" ? describeServer(config) : describeClient(config)),
    ...(config.tunnel.transport === "quic"
      ? ["The tunnel is carried by QUIC over UDP, which is experimental."]
      : []),
    sessions.idleTimeout === 0
      ? "Idle sessions are kept."
      : `A session whose AC is silent for ${
        formatDuration(sessions.idleTimeout)
      }, also when asked, is ended.`,
    sessions.resumeGrace === 0
      ? "A lost tunnel ends its sessions."
      : `Sessions wait up to ${formatDuration(sessions.resumeGrace)} for a lost tunnel.`,
    stateDir === undefined
      ? "Sessions end with the process; state_dir would let them outlive it."
      : `Sessions outlive the process in "${stateDir}".`,
    describeAdmin(config),
  ];
}

function describeAdmin(config: Config): string {
  const socket = adminSocket(config, Deno.env.get("RUNTIME_DIRECTORY"));
  const places = [
    ...(socket === undefined ? [] : [`"${socket.path}"`]),
    ...(config.admin.readSocket === undefined ? [] : [`"${config.admin.readSocket}" (read only)`]),
    ...(config.admin.listen ?? []).map((address) => `${formatAddress(address)} with a token`),
  ];
  return places.length === 0
    ? "It can be asked by nobody while it runs."
    : `It can be asked and told at ${places.join(" and ")}.`;
}

function describeServer({ tunnel, clients, discovery, limits }: ServerConfig): string[] {
  const names = clients.slice(0, 8).map(({ name }) => `"${name}"`).join(", ");
  const more = clients.length > 8 ? ` and ${clients.length - 8} more` : "";
  const { hostUniq } = discovery;
  const shown = {
    rewrite: "is replaced by a token, and restored in answers",
    preserve: "is passed on unchanged",
    fixed: "is replaced by fixed bytes, and restored in answers",
  }[typeof hostUniq === "string" ? hostUniq : "fixed"];
  return [
    `Listens on ${
      tunnel.listen.map(formatAddress).join(", ")
    } for ${clients.length} client(s): ${names}${more}.`,
    `Shows the certificate "${tunnel.certificate}".`,
    `The customers' Host-Uniq ${shown}.`,
    `Carries up to ${limits.sessions} sessions, ${limits.sessionsPerClient} for a client where nothing else is said.`,
  ];
}

function describeClient({ tunnel, limits }: ClientConfig): string[] {
  const [only, ...more] = tunnel.serverCertificate.map((path) => `"${path}"`);
  const trusted = more.length === 0
    ? `the one certificate in ${only}`
    : `the certificates in ${[only, ...more].join(", ")}`;
  const { base, cap } = tunnel.reconnect;
  return [
    `Connects to ${
      tunnel.connect.map(formatAddress).join(", then ")
    } as "${tunnel.name}" and accepts ${trusted}.`,
    `When the tunnel is lost, tries again after up to ${formatDuration(base)}, growing to ${
      formatDuration(cap)
    }.`,
    `Carries up to ${limits.sessions} sessions.`,
  ];
}
