/** Schemas of configuration files, with all defaults. */
import * as v from "valibot";
import { adminSchema } from "./admin_schema.ts";
import { captureSchema } from "./capture_schema.ts";
import { LOG_LEVELS, LOG_TOPICS, type LogLevel, type Topic } from "./log_levels.ts";
import { path, type PathBase, readable, readables } from "./paths.ts";
import { check, section, withDefault } from "./table.ts";
import type {
  AdminConfig,
  AllowedClient,
  CaptureConfig,
  ClientConfig,
  InterfaceConfig,
  KeepaliveConfig,
  LogConfig,
  ReconnectConfig,
  ServerConfig,
  SessionsConfig,
} from "./types.ts";
import { MAX_SECRETS } from "../tunnel/handshake.ts";
import * as value from "./values.ts";

/**
 * Maximum number of sessions: session ids have 16 bits, 0 and 0xffff are reserved (RFC 2516 section
 * 4).
 */
const MAX_SESSIONS = 65_534;
/** Maximum length of an interface name in bytes: IFNAMSIZ of linux/if.h without the final zero. */
const MAX_INTERFACE_NAME = 15;
/** Maximum length of a client name in the tunnel's handshake, in bytes. */
const MAX_CLIENT_NAME = 64;
/** Maximum rate, in frames per second. */
const MAX_RATE = 1_000_000;
/** Maximum number of certificates that a client accepts: two per server during a renewal. */
const MAX_PINS = 16;

/** Maximum number of threads with tunnels: their addresses differ in six bits. */
const MAX_SHARDS = 64;

/** For those who need the keys only. */
const ANY_BASE: PathBase = { folder: "/", credentials: undefined };

type Schema<T> = v.GenericSchema<unknown, T>;

const bytes = (text: string): number => new TextEncoder().encode(text).length;

/** Maximum socket mark (socket(7), SO_MARK). */
const MAX_MARK = 0xffff_ffff;

/** As dev_valid_name of net/core/dev.c; a zero byte would end the name for the kernel. */
const interfaceName = value.textLike(
  `an interface name (1 to ${MAX_INTERFACE_NAME} bytes without spaces, "/" and ":")`,
  (text) => /^(?!\.{1,2}$)[^\s/:\0]+$/.test(text) && bytes(text) <= MAX_INTERFACE_NAME,
);

const clientName = value.textLike(
  `a name of 1 to ${MAX_CLIENT_NAME} bytes without spaces, quotes, backslashes and control characters`,
  (text) => /^[^\s"'\\\p{C}]+$/u.test(text) && bytes(text) <= MAX_CLIENT_NAME,
);

const stateDir = (base: PathBase) => v.exactOptional(path(base));

function common(base: PathBase): {
  stateDir: ReturnType<typeof stateDir>;
  interface: Schema<InterfaceConfig>;
  sessions: Schema<SessionsConfig>;
  log: Schema<LogConfig>;
  admin: Schema<AdminConfig>;
  capture: Schema<CaptureConfig>;
} {
  return {
    stateDir: stateDir(base),
    interface: v.object({
      name: interfaceName,
      mac: withDefault(value.oneOf("own", "transparent"), "own"),
      ringFrames: withDefault(value.powerOfTwo(64, 65_536), 4096),
      etherTypes: withDefault(value.etherTypes(), [0x8863, 0x8864]),
    }),
    sessions: section({
      idleTimeout: withDefault(value.duration("10s", "24d", true), "10m"),
      resumeGrace: withDefault(value.duration("1s", "1h", true), "30s"),
      terminateLinger: withDefault(value.duration("1s", "10m", true), "10s"),
    }),
    log: section({
      level: withDefault(value.oneOf(...LOG_LEVELS), "info"),
      format: withDefault(value.oneOf("auto", "text", "json", "journal"), "auto"),
      topics: logTopics(),
    }),
    admin: adminSchema(base),
    capture: captureSchema(base),
  };
}

/** Schema of `[log.topics]`: a level for each topic. */
function logTopics(): Schema<Partial<Record<Topic, LogLevel>>> {
  const level = v.exactOptional(value.oneOf(...LOG_LEVELS));
  return section(Object.fromEntries(LOG_TOPICS.map((topic) => [topic, level])));
}

const discoveryTimeout = () => withDefault(value.duration("1s", "10m"), "60s");

const limits = {
  sessions: withDefault(value.integer(1, MAX_SESSIONS), 10_000),
  sessionsPerCustomer: withDefault(value.integer(1, MAX_SESSIONS), 16),
  pendingDiscoveries: withDefault(value.integer(1, 65_536), 4096),
  padiRatePerMac: withDefault(value.integer(1, MAX_RATE), 2),
  padiBurstPerMac: withDefault(value.integer(1, MAX_RATE), 5),
  padiRate: withDefault(value.integer(1, MAX_RATE), 200),
  padiBurst: withDefault(value.integer(1, MAX_RATE), 50),
};

function keepalive(): Schema<KeepaliveConfig> {
  return check(
    section({
      interval: withDefault(value.duration("100ms", "10m"), "3s"),
      timeout: withDefault(value.duration("200ms", "1h"), "9s"),
    }),
    "timeout",
    ({ interval, timeout }) => timeout > interval,
    [
      'Must be longer than "interval", otherwise an idle tunnel times out before it is probed',
      'raise it, such as to three times "interval"',
    ],
  );
}

function reconnect(): Schema<ReconnectConfig> {
  return check(
    section({
      base: withDefault(value.duration("10ms", "1h"), "500ms"),
      cap: withDefault(value.duration("10ms", "1h"), "30s"),
      reset: withDefault(value.duration("1s", "1d"), "60s"),
    }),
    "cap",
    ({ base, cap }) => cap >= base,
    ['Must not be shorter than "base", the first delay', 'raise it or lower "base"'],
  );
}

const transport = () => withDefault(value.oneOf("tls", "quic", "auto"), "tls");

/** Limits of the kernel for TCP_MAXSEG; the lower one is the default of RFC 9293 section 3.7.1. */
const mss = () => withDefault(value.integer(536, 32_767), 1_220);

/** Maximum length of a congestion control's name: TCP_CA_NAME_MAX without the final zero. */
const congestionControl = () =>
  withDefault(
    value.textLike(
      '"auto" or the name of a congestion control such as "bbr" or "cubic"',
      (text) => /^[a-z0-9_-]{1,15}$/.test(text),
    ),
    "auto",
  );

const shutdownGrace = () => withDefault(value.duration("100ms", "1m"), "3s");

const ADD_CLIENT = "add a table [[clients]] with name and secret_file";

function clients(base: PathBase): Schema<AllowedClient[]> {
  const client = v.object({
    name: clientName,
    secretFile: readables(base, MAX_SECRETS),
    sessions: v.exactOptional(value.integer(1, MAX_SESSIONS)),
  });
  const unique = v.rawCheck<AllowedClient[]>(({ dataset, addIssue }) => {
    if (!Array.isArray(dataset.value)) return;
    const first = new Map<string, number>();
    dataset.value.forEach((item, index) => {
      const before = first.get(item?.name);
      if (before === undefined) return void first.set(item?.name, index);
      addIssue({
        message: `Client "${item.name}" is already defined as clients[${before}]`,
        expected: "give each client its own name",
        path: [
          {
            type: "array",
            origin: "value",
            input: dataset.value as unknown[],
            key: index,
            value: item,
          },
          { type: "object", origin: "value", input: { ...item }, key: "name", value: item.name },
        ],
      });
    });
  });
  return v.pipe(
    v.array(client),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed || dataset.value.length > 0) return;
      addIssue({ message: "There are no clients, so none can connect", expected: ADD_CLIENT });
    }),
    unique,
  );
}

/** Schema of server mode; paths are relative to `base`. */
export function serverSchema(base: PathBase = ANY_BASE): Schema<Omit<ServerConfig, "file">> {
  const server = v.object({
    mode: value.oneOf("server"),
    shards: withDefault(value.integer(1, MAX_SHARDS), 1),
    ...common(base),
    tunnel: v.object({
      transport: transport(),
      listen: value.addresses(),
      certificate: readable(base),
      key: readable(base),
      mss: mss(),
      congestionControl: congestionControl(),
      shutdownGrace: shutdownGrace(),
      keepalive: keepalive(),
      admission: section({
        unauthenticated: withDefault(value.integer(1, 65_536), 128),
        perAddress: withDefault(value.integer(1, 65_536), 4),
        handshakeRate: withDefault(value.integer(1, 10_000), 100),
        timeout: withDefault(value.duration("100ms", "1m"), "5s"),
      }),
    }),
    clients: clients(base),
    discovery: section({
      hostUniq: withDefault(value.hostUniq(), "rewrite"),
      timeout: discoveryTimeout(),
    }),
    limits: section({
      ...limits,
      sessionsPerClient: withDefault(value.integer(1, MAX_SESSIONS), 10_000),
    }),
  });
  return check(
    server,
    "shards",
    ({ shards, interface: { mac }, tunnel: { transport } }) =>
      shards === 1 || mac === "own" && transport === "tls",
    [
      'More than one needs interface.mac = "own" and tunnel.transport = "tls"',
      "set both, or remove this key",
    ],
  );
}

/** Schema of client mode; paths are relative to `base`. */
export function clientSchema(base: PathBase = ANY_BASE): Schema<Omit<ClientConfig, "file">> {
  const tunnel = v.object({
    transport: transport(),
    connect: value.addresses(),
    serverCertificate: readables(base, MAX_PINS),
    name: clientName,
    secretFile: readable(base),
    bindInterface: v.exactOptional(interfaceName),
    mark: v.exactOptional(value.integer(1, MAX_MARK)),
    connectTimeout: withDefault(value.duration("100ms", "5m"), "10s"),
    mss: mss(),
    congestionControl: congestionControl(),
    shutdownGrace: shutdownGrace(),
    keepalive: keepalive(),
    reconnect: reconnect(),
    choice: section({
      failoverAfter: withDefault(value.duration("1s", "1h", true), "10s"),
      failbackAfter: withDefault(value.duration("1s", "1d", true), "10m"),
    }),
  });
  return v.object({
    mode: value.oneOf("client"),
    ...common(base),
    tunnel,
    discovery: section({ timeout: discoveryTimeout() }),
    limits: section(limits),
  });
}
