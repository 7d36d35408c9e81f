// deno-lint-ignore-file camelcase -- keys are those of the JSON
/** A status to vary. */
import type { ThreadStatus } from "../../../src/admin/api/found_problem.ts";
import type { Tunnel } from "../../../src/admin/api/response_schema.ts";

/** Milliseconds since 1970. */
export const NOW = Date.UTC(2026, 5, 1, 3, 12);

/** A time this many seconds after `NOW`. */
export function at(seconds: number): string {
  return new Date(NOW + seconds * 1_000).toISOString();
}

export const TUNNEL: Tunnel = {
  server: "192.0.2.2:8443",
  up: true,
  address: "192.0.2.2:8443",
  since: at(-600),
  down_since: null,
  down_reason: null,
  down_cause: null,
  configured: true,
  failed_attempts: 0,
  next_attempt_at: null,
  held_until: null,
  rtt_seconds: 0.01,
  transport: "tls",
  transport_reason: null,
  congestion_control: null,
  segment_bytes: null,
  retransmitted_segments: null,
  connects: 1,
  queue_bytes: 0,
  sessions: 0,
  frames_up: 0,
  frames_down: 0,
  bytes_up: 0,
  bytes_down: 0,
  frames_up_per_second: 0,
  frames_down_per_second: 0,
  bytes_up_per_second: 0,
  bytes_down_per_second: 0,
};

export const STATUS: ThreadStatus = {
  schema: 2,
  version: "0.1.0",
  commit: null,
  mode: "client",
  pid: 1,
  config_file: "/etc/client.toml",
  started_at: at(-86_400),
  uptime_seconds: 86_400,
  ready: true,
  draining: false,
  interface: {
    name: "lan0",
    mac: "02:00:00:00:00:01",
    mtu: 1500,
    up: true,
    down_since: null,
    down_reason: null,
    receive: "ring",
    received_frames: 0,
    received_bytes: 0,
    sent_frames: 0,
    sent_bytes: 0,
    kernel_drops: 0,
  },
  sessions: { open: 0, held: 0, limit: 100 },
  opened_total: 0,
  closed_total: {},
  pending_discoveries: 0,
  drops: {},
  memory_rss_bytes: 1,
  transport: "tls",
  tunnels: [TUNNEL],
  certificates: [],
  conditions: [],
  last_hour: { drops: {}, rejected: {}, ended: {}, kernel_drops: null },
  name_conflicts: [],
  warnings: [],
  log_level: "info",
  config: {},
};

export const DOWN: Tunnel = {
  ...TUNNEL,
  up: false,
  address: null,
  since: null,
  rtt_seconds: null,
  down_since: at(-12),
  down_reason: "connection-lost: Connection refused (os error 111)",
  down_cause: "connection refused: nothing listens on 192.0.2.2:8443",
  failed_attempts: 3,
  next_attempt_at: at(4),
};

/** A tunnel of a client. */
export function client(name: string, tunnel: Partial<Tunnel>): Tunnel {
  const { server: _, ...rest } = TUNNEL;
  return { ...rest, client: name, ...tunnel };
}
