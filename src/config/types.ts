/** What a configuration file says, with defaults filled in. Durations are milliseconds. */
import type { LogLevels } from "./log_levels.ts";

/** A host (name, IPv4 or IPv6 address without brackets) and a TCP or UDP port. */
export interface Address {
  host: string;
  port: number;
}

/** The Ethernet side. */
export interface InterfaceConfig {
  name: string;
  /** Speak with the interface's own address, or with the far peers' own. */
  mac: "own" | "transparent";
  /** Slots of the receive ring, a power of two. */
  ringFrames: number;
  etherTypes: [discovery: number, session: number];
}

/** When a silent tunnel is probed, and when it is given up. */
export interface KeepaliveConfig {
  interval: number;
  /** Longer than `interval`. */
  timeout: number;
}

/** What strangers may use up before they have proved who they are. */
export interface AdmissionConfig {
  /** Connections in all. */
  unauthenticated: number;
  /** Connections from one IPv4 address or one IPv6 /64; one more for each client known there. */
  perAddress: number;
  /** TLS handshakes a second of strangers, and as many of known addresses. */
  handshakeRate: number;
  timeout: number;
}

/** Delays between attempts to reach the server. */
export interface ReconnectConfig {
  /** Ceiling of the first delay. */
  base: number;
  /** Ceiling of all delays. */
  cap: number;
  /** A tunnel that stood this long lets the delays begin at `base` again. */
  reset: number;
}

/** When another of several servers is tried. */
export interface ServerChoiceConfig {
  /** How long only the server of the sessions is tried, after its tunnel was lost. */
  failoverAfter: number;
  /** How often servers that are preferred to the present one are tried; 0 for never. */
  failbackAfter: number;
}

/** What carries a tunnel; "quic" is experimental. */
export type TransportConfig = "tls" | "quic";

/** The tunnel's end that is dialled. */
export interface ServerTunnelConfig {
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

/** The tunnel's end that dials. */
export interface ClientTunnelConfig {
  transport: TransportConfig;
  connect: Address[];
  /** Absolute paths of the certificates (PEM) of which the server must have one. */
  serverCertificate: string[];
  /** This client's name in the server's configuration. */
  name: string;
  /** Absolute path. */
  secretFile: string;
  keepalive: KeepaliveConfig;
  reconnect: ReconnectConfig;
  choice: ServerChoiceConfig;
  /** The interface that the tunnel's packets leave by. */
  bindInterface?: string;
  /** The mark that they bear for routing rules. */
  mark?: number;
  connectTimeout: number;
  shutdownGrace: number;
}

/** A client that a server lets in. */
export interface AllowedClient {
  name: string;
  /** Absolute paths; the client may have any of the secrets in these files. */
  secretFile: string[];
  /** Sessions that it may have; `limits.sessionsPerClient` where nothing is said. */
  sessions?: number;
}

/** How discovery is relayed. */
export interface DiscoveryConfig {
  /** How long answers to a request are taken. */
  timeout: number;
}

/** How a server relays discovery. */
export interface ServerDiscoveryConfig extends DiscoveryConfig {
  /** What the AC sees as Host-Uniq (RFC 2516 Appendix A): a token, the customer's, or these bytes. */
  hostUniq: "rewrite" | "preserve" | { fixed: Uint8Array };
}

/** Bounds; rates are frames a second. */
export interface LimitsConfig {
  sessions: number;
  /** Of one MAC address; on a server, of one client. */
  sessionsPerCustomer: number;
  pendingDiscoveries: number;
  padiRatePerMac: number;
  padiBurstPerMac: number;
  padiRate: number;
  padiBurst: number;
}

/** Bounds of a server. */
export interface ServerLimitsConfig extends LimitsConfig {
  sessionsPerClient: number;
}

/** Lifetime of sessions. */
export interface SessionsConfig {
  /** A session whose AC has been silent for this long, asked three times, is ended; 0 for never. */
  idleTimeout: number;
  /** How long sessions outlive their tunnel; 0 for not at all. */
  resumeGrace: number;
  /** How long a session whose PPP link was terminated may still get a PADT; 0 for ever. */
  terminateLinger: number;
}

/** What is logged, and how. */
export interface LogConfig extends LogLevels {
  format: "auto" | "text" | "json";
}

/** How the daemon can be asked and told. */
export interface AdminConfig {
  /** Absolute path of the Unix socket, "" for none; a default by the file's name where it is left out. */
  socket?: string;
  /** Absolute path of a Unix socket for those who may only look. */
  readSocket?: string;
  /** The group that it is given to. */
  readGroup?: string;
  /** Loopback addresses. */
  listen?: Address[];
  /** Absolute path; with `listen` one of the two is there. */
  tokenFile?: string;
  /** Absolute path of the token of those who may only look. */
  readTokenFile?: string;
  /** Names in Host that are accepted besides the loopback's. */
  hosts: string[];
}

/** Which frames are written into files, and where. */
export interface CaptureConfig {
  /** Absolute path; without it nothing is written. */
  directory?: string;
  /** Bytes of a file. */
  fileSize: number;
  files: number;
  client?: string;
  mac?: string;
  sessionId?: number;
  side?: "customer" | "ac";
  secrets: boolean;
}

interface CommonConfig {
  /** Absolute path of the file that this was read from. */
  file: string;
  /** Absolute path of the directory that sessions outlive the process in. */
  stateDir?: string;
  interface: InterfaceConfig;
  sessions: SessionsConfig;
  log: LogConfig;
  admin: AdminConfig;
  capture: CaptureConfig;
}

/** Configuration of the proxy beside the access concentrator. */
export interface ServerConfig extends CommonConfig {
  mode: "server";
  tunnel: ServerTunnelConfig;
  clients: AllowedClient[];
  discovery: ServerDiscoveryConfig;
  limits: ServerLimitsConfig;
}

/** Configuration of the proxy beside the customers. */
export interface ClientConfig extends CommonConfig {
  mode: "client";
  tunnel: ClientTunnelConfig;
  discovery: DiscoveryConfig;
  limits: LimitsConfig;
}

/** A valid configuration. */
export type Config = ServerConfig | ClientConfig;
