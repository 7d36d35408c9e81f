// deno-lint-ignore-file camelcase -- keys are those of the JSON
/**
 * The answers of the admin API. Times are ISO 8601 texts, durations are seconds, sizes are bytes. The
 * OpenAPI document is made from these schemas, and the commands that ask a daemon check with them.
 */
import * as v from "valibot";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const seconds = v.number();
const time = v.pipe(v.string(), v.isoTimestamp());
const mac = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/));
const sessionId = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0xffff));
const tally = v.record(v.string(), count);

/** What sessions have carried: "up" is from the customer to the AC. Bytes are those of PPP. */
const traffic = {
  frames_up: count,
  frames_down: count,
  bytes_up: count,
  bytes_down: count,
};

/** The process lives. */
export const Health = v.object({ status: v.literal("ok") });
export type Health = v.InferOutput<typeof Health>;

/** Whether frames can be carried: a server needs its listeners, a client its tunnel. */
export const Readiness = v.object({
  ready: v.boolean(),
  tunnel: v.boolean(),
  interface: v.boolean(),
});
export type Readiness = v.InferOutput<typeof Readiness>;

/** RFC 9457. `errors` says where a configuration is wrong. */
export const Problem = v.object({
  type: v.string(),
  title: v.string(),
  status: v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599)),
  detail: v.string(),
  errors: v.optional(v.array(v.object({
    path: v.string(),
    line: v.optional(count),
    message: v.string(),
  }))),
});
export type Problem = v.InferOutput<typeof Problem>;

/** The tunnel of one far proxy: a client's on the server, a server's on the client. */
export const Tunnel = v.object({
  peer: v.string(),
  up: v.boolean(),
  address: v.nullable(v.string()),
  since: v.nullable(time),
  down_since: v.nullable(time),
  /** How the last tunnel, or the last attempt to set one up, has ended. */
  down_reason: v.nullable(v.string()),
  rtt_seconds: v.nullable(seconds),
  connects: count,
  queue_bytes: count,
  sessions: count,
  ...traffic,
});
export type Tunnel = v.InferOutput<typeof Tunnel>;

/** The Ethernet side. */
export const Interface = v.object({
  name: v.string(),
  mac,
  mtu: count,
  up: v.boolean(),
  receive: v.picklist(["ring", "plain", "memory"]),
  received_frames: count,
  received_bytes: count,
  sent_frames: count,
  sent_bytes: count,
  kernel_drops: count,
});
export type Interface = v.InferOutput<typeof Interface>;

/** A certificate that the server is known by, or that the client accepts. */
export const Certificate = v.object({
  use: v.picklist(["own", "pinned"]),
  path: v.string(),
  /** Of its DER, in hexadecimal. */
  sha256: v.string(),
  names: v.string(),
  not_before: v.nullable(time),
  not_after: v.nullable(time),
  /** Why it is due to be replaced. */
  warning: v.nullable(v.string()),
});
export type Certificate = v.InferOutput<typeof Certificate>;

/** Everything about the daemon as a whole. */
export const Status = v.object({
  schema: v.literal(1),
  version: v.string(),
  mode: v.picklist(["server", "client"]),
  pid: count,
  config_file: v.string(),
  started_at: time,
  uptime_seconds: seconds,
  ready: v.boolean(),
  draining: v.boolean(),
  /** What whoever asks may do. */
  role: v.optional(v.picklist(["read", "act"])),
  interface: Interface,
  sessions: v.object({ open: count, held: count, limit: count }),
  opened_total: count,
  closed_total: tally,
  pending_discoveries: count,
  drops: tally,
  memory_rss_bytes: count,
  transport: v.picklist(["tls", "quic"]),
  tunnels: v.array(Tunnel),
  listen: v.optional(v.array(v.string())),
  servers: v.optional(v.array(v.string())),
  certificates: v.array(Certificate),
  /** What needs attention now, each with what to do; those of certificates stand there. */
  warnings: v.array(v.string()),
  log_level: v.string(),
  /** The configuration in use, keys as in its file; names of secrets' files, never their contents. */
  config: v.record(v.string(), v.unknown()),
});
export type Status = v.InferOutput<typeof Status>;

/** A client of the server; on a client, one of its servers. */
export const Client = v.object({
  name: v.string(),
  configured: v.boolean(),
  up: v.boolean(),
  address: v.nullable(v.string()),
  since: v.nullable(time),
  rtt_seconds: v.nullable(seconds),
  sessions: count,
  session_limit: count,
  ...traffic,
  queue_bytes: count,
});
export type Client = v.InferOutput<typeof Client>;

export const Clients = v.object({ clients: v.array(Client) });
export type Clients = v.InferOutput<typeof Clients>;

/** A session that is open, or held because its tunnel is down. */
export const Session = v.object({
  /** `<client>.<handle>`, escaped for URLs where need be. */
  id: v.string(),
  client: v.string(),
  customer_mac: mac,
  ac_mac: mac,
  /** The AC's id. */
  session_id: sessionId,
  /** The id on this side's wire. */
  wire_session_id: sessionId,
  handle: sessionId,
  state: v.picklist(["open", "held"]),
  opened_at: time,
  ...traffic,
  /** From LCP echoes that the customer sent; null before one was answered. */
  ac_rtt_seconds: v.nullable(seconds),
  ac_name: v.nullable(v.string()),
  service_name: v.nullable(v.string()),
  /** Since the AC was last heard. */
  idle_seconds: seconds,
});
export type Session = v.InferOutput<typeof Session>;

/** A session that has ended. */
export const PastSession = v.object({
  client: v.string(),
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

/** With `past=true`. There is a further page where `sessions` has as many as `limit`. */
export const PastSessions = v.object({
  total: count,
  offset: count,
  sessions: v.array(PastSession),
});
export type PastSessions = v.InferOutput<typeof PastSessions>;

/** Either page. */
export const SessionPage = v.union([Sessions, PastSessions]);

export const Closed = v.object({ closed: v.string() });
export type Closed = v.InferOutput<typeof Closed>;

/** How many PADT left. */
export const PadtSent = v.object({ sent: count });
export type PadtSent = v.InferOutput<typeof PadtSent>;

/** A setting that differs; "content" is that of the file which it names. */
const change = v.object({
  key: v.string(),
  change: v.picklist(["added", "removed", "changed", "content"]),
});

export const Reloaded = v.object({
  result: v.picklist(["applied", "unchanged"]),
  applied: v.array(change),
  needs_restart: v.array(change),
});
export type Reloaded = v.InferOutput<typeof Reloaded>;

export const LogLevels = v.object({ level: v.string(), topics: v.record(v.string(), v.string()) });
export type LogLevels = v.InferOutput<typeof LogLevels>;

export const Drained = v.object({ draining: v.boolean(), sessions: count });
export type Drained = v.InferOutput<typeof Drained>;

/** What an event is about; also the `event:` of the stream. */
export const EventKind = v.picklist([
  "session-opened",
  "session-closed",
  "tunnel-up",
  "tunnel-down",
  "tunnel-rejected",
  "name-in-use",
  "interface-up",
  "interface-down",
  "refused",
  "reload",
  "drain",
  "resumed",
  "certificate",
]);

/** The `data:` of an event; further keys are its facts. */
export const Event = v.looseObject({ time, kind: EventKind });
export type Event = v.InferOutput<typeof Event>;
