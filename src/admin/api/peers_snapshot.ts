import { configuredPeers } from "../../config/configured_peers.ts";
import type { Config } from "../../config/types.ts";
import type { Daemon } from "../../daemon/daemon.ts";
import { peerFact } from "../../daemon/session_facts.ts";
import type { TunnelEnd } from "../../tunnel/close_reason.ts";
import { type Client, type Clients, peerOf, type Tunnel } from "./response_schema.ts";
import { secondsOf, timeOf, trafficOf } from "./traffic.ts";

/** Names of all peers that are configured or have had a tunnel. */
export function peerNames({ config, monitor, proxy }: Daemon): string[] {
  return [
    ...new Set([
      ...configuredPeers(config()),
      ...monitor.peers.byName.keys(),
      ...proxy.peers.keys(),
    ]),
  ];
}

/** The tunnel of each peer, whether up or down. */
export function tunnelsOf(daemon: Daemon): Tunnel[] {
  const traffic = daemon.monitor.peers.traffic(daemon.proxy.sessions.table);
  return peerNames(daemon).map((name) => tunnelOf(daemon, name, traffic.get(name)));
}

const NO_TRAFFIC = [0, 0, 0, 0];

function tunnelOf(
  { config, monitor, proxy }: Daemon,
  name: string,
  traffic: ArrayLike<number> = NO_TRAFFIC,
): Tunnel {
  const peer = proxy.peers.get(name);
  const stats = monitor.peers.byName.get(name);
  const tunnel = peer?.tunnel;
  const since = timeOf(stats?.since);
  const tcp = tunnel?.tcp;
  return {
    ...peerFact(config().mode, name),
    up: tunnel !== undefined,
    address: tunnel === undefined ? null : stats?.address ?? null,
    since: tunnel === undefined ? null : since,
    down_since: tunnel === undefined ? since : null,
    down_reason: tunnel === undefined ? reasonOf(stats?.end) : null,
    rtt_seconds: secondsOf(tunnel?.roundTrip),
    transport: tunnel === undefined ? null : stats?.transport ?? null,
    transport_reason: tunnel === undefined ? null : stats?.transportDetail || null,
    congestion_control: tcp?.congestionControl ?? null,
    segment_bytes: tcp?.segment ?? null,
    retransmitted_segments: tcp?.retransmitted ?? null,
    connects: stats?.connects ?? 0,
    queue_bytes: tunnel?.writer.queuedBytes ?? 0,
    sessions: peer?.sessions ?? 0,
    ...trafficOf(config().mode, traffic),
  };
}

function reasonOf(end: TunnelEnd | undefined): string | null {
  if (end === undefined) return null;
  return end.detail === "" ? end.reason : `${end.reason}: ${end.detail}`;
}

/** The clients of a server; on a client, its servers. */
export function clientsOf(daemon: Daemon): Clients {
  const rows = rowsOf(daemon);
  return daemon.config().mode === "server" ? { clients: rows } : { servers: rows };
}

function rowsOf(daemon: Daemon): Client[] {
  const configured = new Set(configuredPeers(daemon.config()));
  return tunnelsOf(daemon).map((tunnel) => ({
    ...tunnel,
    configured: configured.has(peerOf(tunnel)),
    session_limit: sessionLimit(daemon.config(), peerOf(tunnel)),
  }));
}

function sessionLimit(config: Config, name: string): number {
  if (config.mode === "client") return config.limits.sessions;
  const { sessions } = config.clients.find((client) => client.name === name) ?? {};
  return Math.min(config.limits.sessions, sessions ?? config.limits.sessionsPerClient);
}
