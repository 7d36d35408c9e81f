// deno-lint-ignore-file camelcase -- keys are those of the JSON
import { configuredPeers } from "../../config/configured_peers.ts";
import type { Config } from "../../config/types.ts";
import type { Daemon } from "../../daemon/daemon.ts";
import { connectCause } from "../../daemon/connect_cause.ts";
import { type PeerStats, saysNothing } from "../../daemon/peer_stats.ts";
import { peerFact } from "../../daemon/session_facts.ts";
import type { Peer } from "../../proxy/session/session.ts";
import { type Client, type Clients, peerOf, type Tunnel } from "./response_schema.ts";
import { ratesOf, secondsOf, timeOf, trafficOf } from "./traffic.ts";

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
  const configured = new Set(configuredPeers(daemon.config()));
  return peerNames(daemon).map((name) => ({
    ...tunnelOf(daemon, name, traffic.get(name)),
    configured: configured.has(name),
  }));
}

const NO_TRAFFIC = [0, 0, 0, 0];

function tunnelOf(
  daemon: Daemon,
  name: string,
  traffic: ArrayLike<number> = NO_TRAFFIC,
): Omit<Tunnel, "configured"> {
  const { config, monitor, proxy } = daemon;
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
    ...(tunnel === undefined ? endOf(stats) : UP),
    held_until: peer === undefined ? null : heldUntil(daemon, peer),
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
    ...ratesOf(config().mode, monitor.rates.of(name)),
  };
}

type HowDown = Pick<
  Tunnel,
  "down_reason" | "down_cause" | "failed_attempts" | "next_attempt_at"
>;

const UP: HowDown = {
  down_reason: null,
  down_cause: null,
  failed_attempts: 0,
  next_attempt_at: null,
};

/** How a tunnel, or the last attempt to set it up, has ended. */
function endOf(stats: Partial<PeerStats> = {}): HowDown {
  const { name = "", end: last, failed } = stats;
  if (last === undefined) return UP;
  const known = explanationOf(last, stats);
  const end = known ?? last;
  const since = failed === undefined ? "" : `; since then ${failed.cause}`;
  return {
    down_reason: end.detail === "" ? end.reason : `${end.reason}: ${end.detail}`,
    down_cause: known !== undefined
      ? `${connectCause(known, name)}${since}`
      : failed?.cause ?? connectCause(end, name),
    failed_attempts: failed?.attempt ?? 0,
    next_attempt_at: timeOf(failed?.nextAt),
  };
}

/** An earlier end that says more about the tunnel than the last one. */
function explanationOf(
  last: NonNullable<PeerStats["end"]>,
  { farewell, verdict }: Partial<PeerStats>,
): PeerStats["end"] {
  // A login that would be refused needs a person, whether there is room for it or not.
  if (verdict !== undefined && saysNothing(last)) return verdict;
  // A peer that said that it stops explains why nobody answers since.
  return isUnanswered(last) ? farewell : undefined;
}

function isUnanswered({ reason }: NonNullable<PeerStats["end"]>): boolean {
  return ["connection-lost", "handshake-timeout", "restart", "shutdown"].includes(reason);
}

function heldUntil(
  { config, now }: Daemon,
  { tunnel, sessions, heldSince }: Pick<Peer, "tunnel" | "sessions" | "heldSince">,
): string | null {
  if (tunnel !== undefined || sessions === 0) return null;
  return timeOf(Date.now() + heldSince + config().sessions.resumeGrace - now());
}

/** The clients of a server; on a client, its servers. */
export function clientsOf(daemon: Daemon): Clients {
  const rows = rowsOf(daemon);
  return daemon.config().mode === "server" ? { clients: rows } : { servers: rows };
}

function rowsOf(daemon: Daemon): Client[] {
  return tunnelsOf(daemon).map((tunnel) => ({
    ...tunnel,
    session_limit: sessionLimit(daemon.config(), peerOf(tunnel)),
  }));
}

function sessionLimit(config: Config, name: string): number {
  if (config.mode === "client") return config.limits.sessions;
  const { sessions } = config.clients.find((client) => client.name === name) ?? {};
  return Math.min(config.limits.sessions, sessions ?? config.limits.sessionsPerClient);
}
