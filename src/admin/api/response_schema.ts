// deno-lint-ignore-file camelcase -- keys are those of the JSON
/**
 * Response schemas of the admin API. Times are ISO 8601 strings, durations are in seconds, sizes in
 * bytes. The OpenAPI document is generated from these schemas, and the remote commands validate
 * responses with them.
 */
import * as v from "valibot";
import { LastHour, NameConflict, Problem } from "./problem_schema.ts";
import { count, mac, peer, seconds, sessionId, sparkline, tally, time } from "./scalars.ts";

/** Traffic of sessions: "up" is from the customer to the AC. Bytes count PPP payload. */
const traffic = {
  frames_up: count,
  frames_down: count,
  bytes_up: count,
  bytes_down: count,
};

/** Traffic per second over the last seconds. */
const rates = {
  frames_up_per_second: v.number(),
  frames_down_per_second: v.number(),
  bytes_up_per_second: v.number(),
  bytes_down_per_second: v.number(),
};

/** Returns the name of the peer that an answer's row is about. */
export function peerOf(
  { client, server }: { client?: string | undefined; server?: string | undefined },
): string {
  return client ?? server ?? "";
}

/** Liveness of the process. */
export const Health = v.object({ status: v.literal("ok") });
export type Health = v.InferOutput<typeof Health>;

/** Readiness: a server needs its listeners, a client its tunnel. */
export const Readiness = v.object({
  ready: v.boolean(),
  tunnel: v.boolean(),
  interface: v.boolean(),
});
export type Readiness = v.InferOutput<typeof Readiness>;

/** An error (RFC 9457). `errors` lists mistakes in a configuration. */
export const ProblemDetails = v.object({
  type: v.string(),
  title: v.string(),
  status: v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599)),
  detail: v.string(),
  errors: v.optional(v.array(v.object({
    path: v.string(),
    line: v.optional(count),
    /** The environment variable that sets the key. */
    variable: v.optional(v.string()),
    message: v.string(),
    /** Code, what is wrong and what to do, where a configuration was refused. */
    code: v.optional(v.string()),
    words: v.optional(v.string()),
    remedy: v.optional(v.string()),
  }))),
});
export type ProblemDetails = v.InferOutput<typeof ProblemDetails>;

/** The tunnel of one peer: a client on the server, a server on the client. */
export const Tunnel = v.object({
  ...peer,
  up: v.boolean(),
  address: v.nullable(v.string()),
  since: v.nullable(time),
  down_since: v.nullable(time),
  /** Why the last tunnel, or the last attempt to set one up, ended. */
  down_reason: v.nullable(v.string()),
  /** The same in words for people. */
  down_cause: v.nullable(v.string()),
  /** Whether the configuration names this peer. */
  configured: v.boolean(),
  /** Attempts to connect that have failed since the last tunnel; 0 on a server. */
  failed_attempts: count,
  /** When a client makes the next attempt; a time that has passed means that it is under way. */
  next_attempt_at: v.nullable(time),
  /** When held sessions end if the tunnel does not return; null without any. */
  held_until: v.nullable(time),
  rtt_seconds: v.nullable(seconds),
  /** Null without a tunnel. */
  transport: v.nullable(v.picklist(["tls", "quic"])),
  /** Why the tunnel is not over QUIC, with `transport = "auto"` on a client. */
  transport_reason: v.nullable(v.string()),
  /** TCP's congestion control; null without a tunnel over TCP. */
  congestion_control: v.nullable(v.string()),
  /** Payload of a full TCP packet, in bytes; null without a tunnel over TCP. */
  segment_bytes: v.nullable(count),
  /** TCP packets sent again on this connection; null without a tunnel over TCP. */
  retransmitted_segments: v.nullable(count),
  connects: count,
  queue_bytes: count,
  sessions: count,
  ...traffic,
  ...rates,
});
export type Tunnel = v.InferOutput<typeof Tunnel>;

/** The Ethernet interface. */
export const Interface = v.object({
  name: v.string(),
  mac,
  mtu: count,
  up: v.boolean(),
  /** Null while it is up. */
  down_since: v.nullable(time),
  down_reason: v.nullable(v.string()),
  receive: v.picklist(["ring", "plain", "memory"]),
  received_frames: count,
  received_bytes: count,
  sent_frames: count,
  sent_bytes: count,
  kernel_drops: count,
});
export type Interface = v.InferOutput<typeof Interface>;

/** The server's own certificate, or one that the client has pinned. */
export const Certificate = v.object({
  use: v.picklist(["own", "pinned"]),
  path: v.string(),
  /** SHA-256 of its DER encoding, in hexadecimal. */
  sha256: v.string(),
  names: v.string(),
  not_before: v.nullable(time),
  not_after: v.nullable(time),
  /** Why it should be replaced. */
  warning: v.nullable(v.string()),
});
export type Certificate = v.InferOutput<typeof Certificate>;

/** All tunnels together. */
export const Totals = v.object({
  /** Configured clients and those that still have a tunnel; on a client, its servers. */
  tunnels: count,
  tunnels_up: count,
  /** The shortest and the longest round trip of the tunnels that are up. */
  rtt_min_seconds: v.nullable(seconds),
  rtt_max_seconds: v.nullable(seconds),
  ...traffic,
  ...rates,
});
export type Totals = v.InferOutput<typeof Totals>;

/** Status of the daemon. */
export const Status = v.object({
  schema: v.literal(2),
  version: v.string(),
  /** Of the sources, in hexadecimal; null if unknown, absent in daemons of 0.1.0. */
  commit: v.optional(v.nullable(v.string())),
  mode: v.picklist(["server", "client"]),
  pid: count,
  config_file: v.string(),
  started_at: time,
  uptime_seconds: seconds,
  ready: v.boolean(),
  draining: v.boolean(),
  /** The caller's role. */
  role: v.optional(v.picklist(["read", "act"])),
  interface: Interface,
  sessions: v.object({ open: count, held: count, limit: count }),
  opened_total: count,
  closed_total: tally,
  pending_discoveries: count,
  drops: tally,
  memory_rss_bytes: count,
  transport: v.picklist(["tls", "quic", "auto"]),
  tunnels: v.array(Tunnel),
  totals: v.optional(Totals),
  listen: v.optional(v.array(v.string())),
  servers: v.optional(v.array(v.string())),
  certificates: v.array(Certificate),
  /** What needs attention now, the worst first. */
  problems: v.array(Problem),
  /** What was dropped and refused in the last hour. */
  last_hour: LastHour,
  name_conflicts: v.array(NameConflict),
  /** Some of the problems, in words only. */
  warnings: v.array(v.string()),
  log_level: v.string(),
  /**
   * The configuration in use, with the keys of its file; secret files by name, never by content.
   */
  config: v.record(v.string(), v.unknown()),
});
export type Status = v.InferOutput<typeof Status>;

/** A client of the server, with its tunnel; on a client, one of its servers. */
export const Client = v.object({
  ...Tunnel.entries,
  session_limit: count,
  sparkline,
});
export type Client = v.InferOutput<typeof Client>;

/** `total` is the number of those that match, on all pages. */
const page = { total: v.optional(count), offset: v.optional(count) };

/** `clients` on a server, `servers` on a client. */
export const Clients = v.union([
  v.object({ clients: v.array(Client), ...page }),
  v.object({ servers: v.array(Client), ...page }),
]);
export type Clients = v.InferOutput<typeof Clients>;

/** A session that is open, or held because its tunnel is down. */
export const Session = v.object({
  /**
   * Name of the session, which `kick` takes: `<peer>.<handle>`, percent-encoded if necessary, or on
   * a client with one server only the handle.
   */
  session: v.string(),
  ...peer,
  customer_mac: mac,
  ac_mac: mac,
  /** The session id that the AC assigned. */
  session_id: sessionId,
  /** The session id on this side's wire. */
  wire_session_id: sessionId,
  handle: sessionId,
  state: v.picklist(["open", "held"]),
  opened_at: time,
  ...traffic,
  /** Measured from LCP echoes of the customer; null until one was answered. */
  ac_rtt_seconds: v.nullable(seconds),
  ac_name: v.nullable(v.string()),
  service_name: v.nullable(v.string()),
  /** Time since the last frame from the AC. */
  idle_seconds: seconds,
  sparkline,
});
export type Session = v.InferOutput<typeof Session>;

/** A session that has ended. */
export const PastSession = v.object({
  ...peer,
  customer_mac: mac,
  ac_mac: mac,
  session_id: sessionId,
  ac_name: v.nullable(v.string()),
  service_name: v.nullable(v.string()),
  opened_at: time,
  closed_at: time,
  reason: v.string(),
  ...traffic,
});
export type PastSession = v.InferOutput<typeof PastSession>;

export const Sessions = v.object({ total: count, offset: count, sessions: v.array(Session) });
export type Sessions = v.InferOutput<typeof Sessions>;

/** The response with `past=true`. A further page exists if `sessions` has `limit` entries. */
export const PastSessions = v.object({
  total: count,
  offset: count,
  sessions: v.array(PastSession),
});
export type PastSessions = v.InferOutput<typeof PastSessions>;

/** A page of open or of ended sessions. */
export const SessionPage = v.union([Sessions, PastSessions]);

/** The session that was ended. */
export const Closed = v.object({ session: v.string() });
export type Closed = v.InferOutput<typeof Closed>;

/** The sessions that were ended. */
export const EndedSessions = v.object({ sessions: v.array(v.string()) });
export type EndedSessions = v.InferOutput<typeof EndedSessions>;

/** The number of PADTs sent. */
export const PadtSent = v.object({ sent: count });
export type PadtSent = v.InferOutput<typeof PadtSent>;

export const LogLevels = v.object({ level: v.string(), topics: v.record(v.string(), v.string()) });
export type LogLevels = v.InferOutput<typeof LogLevels>;

export const Drained = v.object({ draining: v.boolean(), sessions: count });
export type Drained = v.InferOutput<typeof Drained>;
