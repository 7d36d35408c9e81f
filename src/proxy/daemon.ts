/** Puts a mode together from its configuration and runs it until it is told to stop. */
import type { Link } from "../../ffi/link.ts";
import { randomBytes } from "node:crypto";
import type { ClientConfig, Config, ServerConfig } from "../config/types.ts";
import { readPin } from "../config/certificate.ts";
import { readSecret } from "../config/secrets.ts";
import type { LogLevel, LogLevels, Topic } from "../config/log_levels.ts";
import { logger, setLogLevel } from "../log.ts";
import type { ServerCredentials } from "../tunnel/authenticate.ts";
import { certificateName } from "../tunnel/quic.ts";
import type { PastSessions } from "../state/past.ts";
import { type Endpoint, setDefaultTrust, type Trust, type TuneSockets } from "../tunnel/tls.ts";
import { listen, type Transport } from "../tunnel/transport.ts";
import { Client } from "./client.ts";
import { ClientDiscovery } from "./client_discovery.ts";
import {
  loggedClientEvents,
  loggedDrops,
  loggedProxyEvents,
  loggedServerEvents,
  logResumed,
} from "./events.ts";
import { Proxy, type ProxyObserver } from "./proxy.ts";
import type { ProxyOptions, ServerPolicy } from "./proxy_options.ts";
import { Server } from "./server.ts";
import { ServerDiscovery } from "./server_discovery.ts";
import { endIdle, endTerminated } from "./session_ends.ts";
import { openState, type State } from "./state.ts";

const mainLog = logger("main");
const linkLog = logger("link");

/** How often idle and held sessions are looked at. Milliseconds. */
const SWEEP = 1_000;

/** A mode that is running. */
export interface Daemon {
  /**
   * Ends everything; resolves when done. Sessions end on both sides, or are kept for the next
   * process where the configuration names a place for that, and `final` is not set.
   */
  stop(final: boolean): Promise<void>;
  /** The proxy that it runs. */
  readonly proxy: Proxy;
  /** The last sessions that have ended. */
  readonly pastSessions: PastSessions;
  /** Dials at once instead of waiting for the next attempt. */
  retry(): void;
  /** Takes no new sessions, or takes them again; open ones go on. */
  drain(on: boolean): void;
  /** Whether new sessions are refused. */
  readonly draining: boolean;
  /** Sets the level of one topic, or of all that have none of their own; the levels in use then. */
  setLogLevel(level: LogLevel, topic?: Topic): Readonly<LogLevels>;
  /** Resolves, or rejects with what went wrong, when the daemon has ended. */
  readonly ended: Promise<void>;
}

const now = (): number => performance.now();

/** Starts the server mode on a link. */
export async function startServer(
  config: ServerConfig,
  link: Link,
  tune: TuneSockets,
): Promise<Daemon> {
  const certificate = await Deno.readTextFile(config.tunnel.certificate);
  const key = await Deno.readTextFile(config.tunnel.key);
  const credentials = await serverCredentials(config, certificate);
  const { transport } = config.tunnel;
  const listeners = config.tunnel.listen.map((at) => listen(transport, at, certificate, key, tune));
  noteTransport(transport);
  const state = await openState(config, now);
  const options = proxyOptions(config, link, state);
  const policy = serverPolicy(config);
  const ready = readiness(config, link);
  const proxy = new Proxy(
    "server",
    options,
    (sessions) => new ServerDiscovery(options, policy, sessions),
    ready,
  );
  state.restore(proxy, link.mac);
  const server = new Server({
    proxy,
    listeners,
    credentials,
    admission: config.tunnel.admission,
    keepalive: config.tunnel.keepalive,
    buffer: (size) => link.region(size),
    now,
    events: loggedServerEvents(now),
  });
  ready.tunnel({
    listen: config.tunnel.listen.map(({ host, port }) => `${host}:${port}`).join(" "),
  });
  return runDaemon(config, link, proxy, server, state);
}

/** Starts the client mode on a link. */
export async function startClient(
  config: ClientConfig,
  link: Link,
  tune: TuneSockets,
): Promise<Daemon> {
  const { tunnel } = config;
  const secret = await readSecret(tunnel.secretFile);
  const pem = await trustedPem(config);
  const state = await openState(config, now);
  const options = proxyOptions(config, link, state);
  const policy = { mac: config.interface.mac, timeout: config.discovery.timeout };
  const ready = readiness(config, link);
  const tunnelUp = () => client.member;
  const proxy = new Proxy(
    "client",
    options,
    (sessions) => new ClientDiscovery(options, policy, sessions, tunnelUp),
    ready,
  );
  state.restore(proxy, link.mac);
  const trust = (server: Endpoint): Trust => trustOf(config, pem, server);
  setDefaultTrust(trust(tunnel.connect[0]));
  if (tunnel.transport === "quic" && tunnel.serverCertificate !== undefined) certificateName(pem);
  noteTransport(tunnel.transport);
  const client: Client = new Client({
    proxy,
    transport: tunnel.transport,
    servers: tunnel.connect,
    choice: tunnel.choice,
    trust,
    tune,
    credentials: {
      name: tunnel.name,
      secret,
      pin: tunnel.serverCertificate === undefined ? undefined : await readPin(pem),
    },
    keepalive: tunnel.keepalive,
    reconnect: tunnel.reconnect,
    connectTimeout: tunnel.connectTimeout,
    buffer: (size) => link.region(size),
    now,
    random: Math.random,
    events: loggedClientEvents(() => ready.tunnel({ server: client.member?.name })),
  });
  return runDaemon(config, link, proxy, client, state);
}

function noteTransport(transport: Transport): void {
  if (transport === "quic") mainLog.warning("experimental transport", { transport });
}

/** Runs both sides of a proxy until `stop`. */
function runDaemon(
  config: Config,
  link: Link,
  proxy: Proxy,
  tunnels: Server | Client,
  state: State,
): Daemon {
  const { idleTimeout, resumeGrace, terminateLinger } = config.sessions;
  const sweep = setInterval(() => {
    proxy.sweep(resumeGrace);
    if (idleTimeout > 0) endIdle(proxy.sessions, idleTimeout, now());
    if (terminateLinger > 0) endTerminated(proxy.sessions, terminateLinger);
  }, SWEEP);
  return {
    proxy,
    pastSessions: state.pastSessions,
    ended: Promise.all([link.run(proxy), tunnels.run()]).then(() => {}),
    async stop(final): Promise<void> {
      clearInterval(sweep);
      tunnels.stop();
      const { shutdownGrace } = config.tunnel;
      if (!state.isKept || final) await proxy.shutdown(shutdownGrace);
      else await proxy.suspend(shutdownGrace);
      await state.close();
      logTotals(link, proxy);
      link.close();
    },
    retry: () => tunnels instanceof Client && tunnels.retry(),
    drain(on): void {
      if (on === proxy.sessions.draining) return;
      proxy.sessions.draining = on;
      mainLog.info(on ? "draining" : "not draining", { sessions: proxy.sessions.table.size });
    },
    get draining() {
      return proxy.sessions.draining;
    },
    setLogLevel,
  };
}

async function serverCredentials(
  config: ServerConfig,
  certificate: string,
): Promise<ServerCredentials> {
  const secrets = new Map<string, Uint8Array>();
  for (const { name, secretFile } of config.clients) {
    secrets.set(name, await readSecret(secretFile));
  }
  return { fingerprint: await readPin(certificate), secret: (name) => secrets.get(name) };
}

function serverPolicy(config: ServerConfig): ServerPolicy {
  const perClient = new Map(config.clients.map(({ name, sessions }) => [name, sessions]));
  return {
    mac: config.interface.mac,
    hostUniq: config.discovery.hostUniq,
    timeout: config.discovery.timeout,
    sessionsOf: (name) => perClient.get(name) ?? config.limits.sessionsPerClient,
  };
}

/** What went through and what did not, since the start. */
function logTotals(link: Link, proxy: Proxy): void {
  link.readStatistics();
  const { drops, ...counted } = link.statistics;
  mainLog.info("totals", { ...counted, dropped: { ...proxy.sessions.drops.counts, ...drops } });
}

function proxyOptions(config: Config, link: Link, state: State): ProxyOptions {
  const { observe, trace } = loggedProxyEvents();
  return {
    link,
    etherTypes: config.interface.etherTypes,
    limits: config.limits,
    drops: loggedDrops(now),
    now,
    randomBytes: (length) => randomBytes(length),
    observe(session, end): void {
      observe(session, end);
      state.observe(session, end);
    },
    trace,
  };
}

/** Says `ready` when the link is up and the tunnel's side too, and again when either came back. */
function readiness(
  config: Config,
  link: Link,
): ProxyObserver & { tunnel: (facts: object) => void } {
  let tunnelFacts: object | undefined;
  const say = (): void => {
    if (!link.up || tunnelFacts === undefined) return;
    mainLog.info("ready", {
      mode: config.mode,
      interface: link.name,
      receive: link.kind,
      ...tunnelFacts,
    });
  };
  return {
    resumed: logResumed,
    state(up, reason): void {
      if (up) linkLog.info("interface up", { interface: link.name, mtu: link.mtu });
      else linkLog.warning("interface down", { interface: link.name, reason });
      say();
    },
    tunnel(facts): void {
      tunnelFacts = facts;
      say();
    },
  };
}

async function trustedPem({ tunnel }: ClientConfig): Promise<string> {
  const file = tunnel.serverCertificate ?? tunnel.serverCa;
  return file === undefined || file === "system" ? "" : await Deno.readTextFile(file);
}

function trustOf({ tunnel }: ClientConfig, pem: string, server: Endpoint): Trust {
  if (tunnel.serverCertificate !== undefined) return { kind: "pin", certificate: pem };
  const name = tunnel.serverName ?? server.host;
  return tunnel.serverCa === "system"
    ? { kind: "system", name }
    : { kind: "authority", certificates: pem, name };
}
