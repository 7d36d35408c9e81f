import { formatAddress } from "../../config/addresses.ts";
import { adminSocket } from "../../config/admin_socket.ts";
import type { ClientConfig, Config, ServerConfig } from "../../config/types.ts";
import { formatDuration } from "../../config/units.ts";

const TRANSPORTS = {
  tls: "The tunnel uses TLS over TCP.",
  quic: "The tunnel uses QUIC over UDP.",
  auto: "The tunnel uses QUIC over UDP where that passes, otherwise TLS over TCP.",
} as const;

/** Describes what `run` does with a configuration, one line per subject. */
export function describeConfig(config: Config): string[] {
  const { interface: link, sessions, stateDir } = config;
  const peers = config.mode === "server" ? "access concentrators" : "customers";
  const address = link.mac === "own"
    ? "the interface's MAC address"
    : "the MAC addresses of the peers behind the tunnel (promiscuous mode)";
  return [
    `Mode "${config.mode}": exchanges PPPoE frames with ${peers} on "${link.name}", using ${address}.`,
    ...(config.mode === "server" ? describeServer(config) : describeClient(config)),
    TRANSPORTS[config.tunnel.transport],
    sessions.idleTimeout === 0
      ? "Keeps idle sessions."
      : `Ends a session if its AC sends nothing for ${
        formatDuration(sessions.idleTimeout)
      } and does not answer echo requests.`,
    sessions.resumeGrace === 0
      ? "Ends all sessions of a tunnel that is lost."
      : `Keeps the sessions of a lost tunnel for up to ${formatDuration(sessions.resumeGrace)}.`,
    stateDir === undefined
      ? "Sessions end when the daemon stops; set state_dir to keep them across restarts."
      : `Keeps sessions across restarts in "${stateDir}".`,
    describeAdmin(config),
  ];
}

function describeAdmin(config: Config): string {
  const socket = adminSocket(config, Deno.env.get("RUNTIME_DIRECTORY"));
  const places = [
    ...(socket === undefined ? [] : [`"${socket.path}"`]),
    ...(config.admin.readSocket === undefined ? [] : [`"${config.admin.readSocket}" (read-only)`]),
    ...(config.admin.listen ?? []).map((address) => `${formatAddress(address)} (with a token)`),
  ];
  return places.length === 0 ? "The admin API is disabled." : `Admin API: ${places.join(", ")}.`;
}

function describeServer({ tunnel, clients, discovery, limits, shards }: ServerConfig): string[] {
  const names = clients.slice(0, 8).map(({ name }) => `"${name}"`).join(", ");
  const more = clients.length > 8 ? ` and ${clients.length - 8} more` : "";
  const { hostUniq } = discovery;
  const shown = {
    rewrite: "Replaces the Host-Uniq of customers with a token, and restores it in answers.",
    preserve: "Forwards the Host-Uniq of customers unchanged.",
    fixed: "Replaces the Host-Uniq of customers with fixed bytes, and restores it in answers.",
  }[typeof hostUniq === "string" ? hostUniq : "fixed"];
  const noun = clients.length === 1 ? "client" : "clients";
  return [
    `Listens on ${
      tunnel.listen.map(formatAddress).join(", ")
    } for ${clients.length} ${noun}: ${names}${more}.`,
    `Presents the certificate "${tunnel.certificate}".`,
    shown,
    ...(shards === 1
      ? []
      : [`Runs ${shards} threads, all but the first with MAC addresses of their own.`]),
    `Carries up to ${limits.sessions} sessions, ${limits.sessionsPerClient} per client by default.`,
  ];
}

function describeClient({ tunnel, limits }: ClientConfig): string[] {
  const [only, ...more] = tunnel.serverCertificate.map((path) => `"${path}"`);
  const trusted = more.length === 0
    ? `only the certificate in ${only}`
    : `only the certificates in ${[only, ...more].join(", ")}`;
  const { base, cap } = tunnel.reconnect;
  return [
    `Connects to ${
      tunnel.connect.map(formatAddress).join(", then ")
    } as "${tunnel.name}" and accepts ${trusted}.`,
    `Reconnects after a delay of up to ${formatDuration(base)}, growing to ${formatDuration(cap)}.`,
    `Carries up to ${limits.sessions} sessions.`,
  ];
}
