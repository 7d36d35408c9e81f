/** Types of a parsed configuration with defaults. Durations are in milliseconds. */
import type { LogLevels } from "./log_levels.ts";

/** A host (DNS name, IPv4 address, or IPv6 address without brackets) and a TCP or UDP port. */
export interface Address {
  host: string;
  port: number;
}

/** The Ethernet interface. */
export interface InterfaceConfig {
  name: string;
  /** Source address of frames: the interface's, or those of the peers behind the tunnel. */
  mac: "own" | "transparent";
  /** Number of slots in the receive ring, a power of two. */
  ringFrames: number;
  etherTypes: [discovery: number, session: number];
}

/** Timing of tunnel keepalives. */
export interface KeepaliveConfig {
  /** Idle time after which a tunnel is probed. */
  interval: number;
  /** Idle time after which a tunnel is closed; longer than `interval`. */
  timeout: number;
}

/** Limits for connections that have not authenticated yet. */
export interface AdmissionConfig {
  /** Maximum number of connections. */
  unauthenticated: number;
  /** Maximum per IPv4 address or IPv6 /64; plus one for each client known there. */
  perAddress: number;
  /** Maximum TLS handshakes per second from unknown addresses, and the same from known ones. */
  handshakeRate: number;
  /** Maximum duration of a login. */
  timeout: number;
}

/** Delays between attempts to connect. */
export interface ReconnectConfig {
  /** Upper bound of the first delay. */
  base: number;
  /** Upper bound of all delays. */
  cap: number;
  /** Lifetime of a tunnel after which the delays start at `base` again. */
  reset: number;
}

/** When a client with several servers switches between them. */
export interface ServerChoiceConfig {
  /** How long after a lost tunnel only the server of the sessions is tried. */
  failoverAfter: number;
  /** Interval between attempts to reach a preferred server; 0 for never. */
  failbackAfter: number;
}

/** Transport of tunnels; "auto": QUIC where UDP passes, otherwise TLS. */
export type TransportConfig = "tls" | "quic" | "auto";

/** TCP under a tunnel. */
export interface TcpConfig {
  /** Maximum segment size, in bytes. */
  mss: number;
  /** Name of a congestion control, or "auto". */
  congestionControl: string;
}

/** The server's end of tunnels. */
export interface ServerTunnelConfig extends TcpConfig {
  transport: TransportConfig;
  listen: Address[];
  /** Absolute path of a PEM file. */
  certificate: string;
  /** Absolute path of a PEM file. */
  key: string;
  keepalive: KeepaliveConfig;
  admission: AdmissionConfig;
  shutdownGrace: number;
}

/** The client's end of the tunnel. */
export interface ClientTunnelConfig extends TcpConfig {
  transport: TransportConfig;
  connect: Address[];
  /** Absolute paths of the accepted server certificates (PEM). */
  serverCertificate: string[];
  /** This client's name in the server's configuration. */
  name: string;
  /** Absolute path. */
  secretFile: string;
  keepalive: KeepaliveConfig;
  reconnect: ReconnectConfig;
  choice: ServerChoiceConfig;
  /** Outgoing interface of the tunnel's packets. */
  bindInterface?: string;
  /** Mark of the tunnel's packets, for routing rules (socket(7), SO_MARK). */
  mark?: number;
  connectTimeout: number;
  shutdownGrace: number;
}

/** A client that a server accepts. */
export interface AllowedClient {
  name: string;
  /** Absolute paths; any secret in these files is accepted. */
  secretFile: string[];
  /** Maximum number of sessions. Default `limits.sessionsPerClient`. */
  sessions?: number;
}

/** Forwarding of discovery frames. */
export interface DiscoveryConfig {
  /** How long answers to a request are accepted. */
  timeout: number;
}

/** Forwarding of discovery frames on a server. */
export interface ServerDiscoveryConfig extends DiscoveryConfig {
  /** Host-Uniq towards the AC (RFC 2516 Appendix A): a token, the customer's, or fixed bytes. */
  hostUniq: "rewrite" | "preserve" | { fixed: Uint8Array };
}

/** Limits; rates are in frames per second. */
export interface LimitsConfig {
  sessions: number;
  /** Per MAC address; on a server, per MAC address and client. */
  sessionsPerCustomer: number;
  pendingDiscoveries: number;
  padiRatePerMac: number;
  padiBurstPerMac: number;
  padiRate: number;
  padiBurst: number;
}

/** Limits of a server. */
export interface ServerLimitsConfig extends LimitsConfig {
  sessionsPerClient: number;
}

/** Lifetime of sessions. */
export interface SessionsConfig {
  /**
   * A session ends if its AC is silent for this long and ignores three echo requests; 0 for never.
   */
  idleTimeout: number;
  /** How long sessions are kept after their tunnel is lost; 0 for not at all. */
  resumeGrace: number;
  /** Time from LCP Terminate to the end of a session that gets no PADT; 0 for never. */
  terminateLinger: number;
}

/** Logging. */
export interface LogConfig extends LogLevels {
  format: "auto" | "text" | "json" | "journal";
}

/** The admin API. */
export interface AdminConfig {
  /** Absolute path of the Unix socket, "" for none. Default: named after the configuration file. */
  socket?: string;
  /** Absolute path of the read-only Unix socket. */
  readSocket?: string;
  /** Group that owns the read-only socket. */
  readGroup?: string;
  /** Loopback addresses. */
  listen?: Address[];
  /** Absolute path of the full token; `listen` requires this or `readTokenFile`. */
  tokenFile?: string;
  /** Absolute path of the read-only token. */
  readTokenFile?: string;
  /** Accepted names in the Host header, in addition to loopback. */
  hosts: string[];
}

/** Frames that are captured to files. */
export interface CaptureConfig {
  /** Absolute path; without it no files are written. */
  directory?: string;
  /** Maximum size of a file, in bytes. */
  fileSize: number;
  /** Number of files kept. */
  files: number;
  client?: string;
  mac?: string;
  sessionId?: number;
  side?: "customer" | "ac";
  secrets: boolean;
}

interface CommonConfig {
  /** Absolute path of the configuration file. */
  file: string;
  /** Absolute path of the directory that keeps sessions across restarts. */
  stateDir?: string;
  interface: InterfaceConfig;
  sessions: SessionsConfig;
  log: LogConfig;
  admin: AdminConfig;
  capture: CaptureConfig;
}

/** Configuration of a server, the proxy next to the access concentrator. */
export interface ServerConfig extends CommonConfig {
  mode: "server";
  /** Number of threads that carry tunnels. */
  shards: number;
  tunnel: ServerTunnelConfig;
  clients: AllowedClient[];
  discovery: ServerDiscoveryConfig;
  limits: ServerLimitsConfig;
}

/** Configuration of a client, the proxy next to the customers. */
export interface ClientConfig extends CommonConfig {
  mode: "client";
  tunnel: ClientTunnelConfig;
  discovery: DiscoveryConfig;
  limits: LimitsConfig;
}

/** A valid configuration. */
export type Config = ServerConfig | ClientConfig;
