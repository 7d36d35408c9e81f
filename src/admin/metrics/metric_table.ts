import type { Daemon } from "../../daemon/daemon.ts";
import { CERTIFICATES } from "./certificate_metrics.ts";
import { FRAMES } from "./frame_metrics.ts";
import { by, type Metric, one, type Sample } from "./metric.ts";
import { heldSessions } from "../../daemon/peer_stats.ts";
import { peerFact } from "../../daemon/session_facts.ts";
import { peerNames } from "../api/peers_snapshot.ts";
import { readinessOf, sessionCounts } from "../api/status_snapshot.ts";
import { commit, VERSION } from "../../version.ts";

/** Reasons that count as authentication failures. */
const AUTHENTICATION: ReadonlySet<string> = new Set([
  "not-authenticated",
  "unsupported-version",
  "handshake-timeout",
]);

const truth = (value: boolean): Sample[] => one(value ? 1 : 0);

const PROCESS: readonly Metric[] = [
  {
    type: "gauge",
    name: "build_info",
    merge: "own",
    help: "Always 1; the labels give the versions, the commit and the mode",
    labels: ["version", "commit", "deno", "mode"],
    read: ({ config }) => [{
      value: 1,
      labels: {
        version: VERSION,
        commit: commit() ?? "",
        deno: Deno.version.deno,
        mode: config().mode,
      },
    }],
  },
  {
    type: "gauge",
    name: "start_time_seconds",
    merge: "own",
    help: "Start time of the daemon, in seconds since 1970",
    read: ({ startedAt }) => one(startedAt / 1_000),
  },
  {
    type: "gauge",
    name: "resident_memory_bytes",
    merge: "own",
    help: "Resident memory of the process, in bytes",
    read: () => one(Deno.memoryUsage().rss),
  },
  {
    type: "gauge",
    name: "event_loop_lag_seconds",
    merge: "most",
    help: "Delay of the event loop's last one-second timer",
    read: ({ monitor }) => one(monitor.loopLag / 1_000),
  },
  {
    type: "gauge",
    name: "ready",
    merge: "own",
    help: "Whether frames can be carried",
    read: (daemon) => truth(readinessOf(daemon).ready),
  },
  {
    type: "gauge",
    name: "draining",
    merge: "own",
    help: "Whether the daemon is draining and refuses new sessions",
    read: ({ draining }) => truth(draining),
  },
  {
    type: "gauge",
    name: "state_failing",
    merge: "own",
    help: "Whether state_dir cannot be written, so sessions would not survive a restart",
    read: ({ stateTrouble }) => truth(stateTrouble() !== undefined),
  },
  {
    type: "counter",
    name: "config_reloads_total",
    help: "Configuration reloads by result",
    labels: ["result"],
    read: ({ monitor }) => by("result", monitor.reloads.results),
  },
  {
    type: "gauge",
    name: "config_last_reload_success_timestamp_seconds",
    merge: "own",
    help: "Time the configuration in use was read, in seconds since 1970",
    read: ({ monitor, startedAt }) => one((monitor.reloads.lastSuccess ?? startedAt) / 1_000),
  },
];

const TUNNELS: readonly Metric[] = [
  {
    type: "gauge",
    name: "tunnel_up",
    help: "Whether a tunnel is up, by client on a server, by server on a client",
    labels: ["client", "server"],
    read: (daemon) =>
      peerNames(daemon).map((name) => ({
        value: daemon.proxy.peers.get(name)?.tunnel === undefined ? 0 : 1,
        labels: peerFact(daemon.config().mode, name),
      })),
  },
  {
    type: "gauge",
    name: "tunnels",
    help: "Tunnels that are up, by transport",
    labels: ["transport"],
    read: ({ proxy, monitor }) => {
      const up = { quic: 0, tls: 0 };
      for (const { name, tunnel } of proxy.peers.values()) {
        const transport = monitor.peers.byName.get(name)?.transport;
        if (tunnel !== undefined && transport !== undefined) up[transport]++;
      }
      return by("transport", up);
    },
  },
  {
    type: "counter",
    name: "tunnel_connects_total",
    help: "Connection attempts by result; a server counts only successful ones",
    labels: ["result"],
    read: ({ monitor }) => by("result", monitor.connects),
  },
  {
    type: "counter",
    name: "tunnel_reconnects_total",
    help: "Tunnels that replaced an earlier one to the same client or server",
    read: ({ monitor }) =>
      one(
        [...monitor.peers.byName.values()].reduce(
          (sum, { connects }) => sum + Math.max(0, connects - 1),
          0,
        ),
      ),
  },
  {
    type: "histogram",
    name: "tunnel_rtt_seconds",
    help: "Round-trip time of keepalives",
    read: ({ proxy }) => proxy.sessions.discoveryStats.roundTrip,
  },
  {
    type: "counter",
    name: "auth_failures_total",
    help: "Connections that failed the handshake, by reason",
    labels: ["reason"],
    read: ({ monitor }) => {
      const failed = Object.entries({ ...monitor.connects, ...monitor.rejected });
      return by("reason", Object.fromEntries(failed.filter(([name]) => AUTHENTICATION.has(name))));
    },
  },
  {
    type: "counter",
    name: "connections_rejected_total",
    help: "Connections that were rejected, by reason",
    labels: ["reason"],
    read: ({ monitor }) => by("reason", monitor.rejected),
  },
  {
    type: "gauge",
    name: "send_queue_bytes",
    help: "Bytes queued for the tunnels",
    read: ({ proxy }) => one(writers(proxy).reduce((sum, { queuedBytes }) => sum + queuedBytes, 0)),
  },
  {
    type: "gauge",
    name: "send_queue_age_seconds",
    merge: "most",
    help: "Age of the oldest queued data",
    read: ({ proxy }) =>
      one(writers(proxy).reduce((most, { queueAge }) => Math.max(most, queueAge), 0) / 1_000),
  },
];

function writers({ peers }: Daemon["proxy"]) {
  return [...peers.values()].flatMap(({ tunnel }) => tunnel?.writer ?? []);
}

const SESSIONS: readonly Metric[] = [
  {
    type: "gauge",
    name: "sessions",
    help: "Sessions that are open, or held because their tunnel is down",
    labels: ["state"],
    read: ({ proxy }) => {
      const held = heldSessions(proxy.peers.values());
      return by("state", { open: proxy.sessions.table.size - held, held });
    },
  },
  {
    type: "gauge",
    name: "sessions_limit",
    merge: "own",
    help: "Maximum number of sessions",
    read: (daemon) => one(sessionCounts(daemon).limit),
  },
  {
    type: "counter",
    name: "sessions_opened_total",
    help: "Sessions opened",
    read: ({ monitor }) => one(monitor.opened),
  },
  {
    type: "counter",
    name: "sessions_closed_total",
    help: "Sessions ended, by reason",
    labels: ["reason"],
    read: ({ monitor }) => by("reason", monitor.closed),
  },
  {
    type: "histogram",
    name: "session_setup_duration_seconds",
    help: "Time from a customer's first PADI to its session",
    read: ({ proxy }) => proxy.sessions.discoveryStats.setup,
  },
  {
    type: "gauge",
    name: "pending_discoveries",
    help: "Discoveries in progress",
    read: ({ proxy }) => one(proxy.discoveries.size),
  },
  {
    type: "gauge",
    name: "paced_discoveries",
    help: "Discoveries whose PADI is delayed for an AC that limits PADIs",
    read: ({ proxy }) => one(proxy.discoveries.pacing?.waiting ?? 0),
  },
  {
    type: "counter",
    name: "discovery_packets_total",
    help: "Discovery packets by code and direction",
    labels: ["code", "direction"],
    read: ({ proxy }) =>
      Object.entries(proxy.sessions.discoveryStats.packets).flatMap(([direction, codes]) =>
        Object.entries(codes).map(([code, value]) => ({ value, labels: { code, direction } }))
      ),
  },
  {
    type: "counter",
    name: "discovery_errors_total",
    help: "Error tags in PADO and PADS packets",
    labels: ["tag"],
    read: ({ proxy }) => by("tag", proxy.sessions.discoveryStats.errors),
  },
];

/** All metrics. */
export const METRICS: readonly Metric[] = [
  ...PROCESS,
  ...TUNNELS,
  ...SESSIONS,
  ...FRAMES,
  ...CERTIFICATES,
];
