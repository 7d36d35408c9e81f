/** Puts a mode together from its configuration and runs it until it is told to stop. */
import type { Link } from "../../ffi/link.ts";
import { randomBytes } from "node:crypto";
import type { ClientConfig, Config, ServerConfig } from "../config/types.ts";
import { readPin } from "../config/certificate.ts";
import { readSecret } from "../config/secrets.ts";
import { logger } from "../log.ts";
import type { ServerCredentials } from "../tunnel/authenticate.ts";
import { certificateName } from "../tunnel/quic.ts";
import { type Endpoint, setDefaultTrust, type Trust, type TuneSockets } from "../tunnel/tls.ts";
import { listen, type Transport } from "../tunnel/transport.ts";
import type { Daemon } from "./daemon_interface.ts";
import { Client } from "./client.ts";
import { ClientDiscovery } from "./client_discovery.ts";
import {
  loggedClientEvents,
  loggedDrops,
  loggedProxyEvents,
  loggedServerEvents,
  logResumed,
} from "./events.ts";
import { Monitor } from "./monitor.ts";
import { Proxy, type ProxyObserver } from "./proxy.ts";
import type { ProxyOptions, ServerPolicy } from "./proxy_options.ts";
import { Server } from "./server.ts";
import { ServerDiscovery } from "./server_discovery.ts";
import { runDaemon } from "./run_daemon.ts";
import { openState, type State } from "./state.ts";

const mainLog = logger("main");
const linkLog = logger("link");

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
  const monitor = new Monitor(Date.now);
  const options = proxyOptions(config, link, state, monitor);
  const policy = serverPolicy(config);
  const ready = readiness(config, link, monitor);
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
    events: loggedServerEvents(now, monitor),
  });
  ready.tunnel({
    listen: config.tunnel.listen.map(({ host, port }) => `${host}:${port}`).join(" "),
  });
  return runDaemon({ config, link, proxy, monitor, tunnels: server, state });
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
  const monitor = new Monitor(Date.now);
  const options = proxyOptions(config, link, state, monitor);
  const policy = { mac: config.interface.mac, timeout: config.discovery.timeout };
  const ready = readiness(config, link, monitor);
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
    events: loggedClientEvents(monitor, () => ready.tunnel({ server: client.member?.name })),
  });
  return runDaemon({ config, link, proxy, monitor, tunnels: client, state });
}

function noteTransport(transport: Transport): void {
  if (transport === "quic") mainLog.warning("experimental transport", { transport });
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

function proxyOptions(
  config: Config,
  link: Link,
  state: State,
  monitor: Monitor,
): ProxyOptions {
  const { observe, trace } = loggedProxyEvents();
  return {
    link,
    etherTypes: config.interface.etherTypes,
    limits: config.limits,
    drops: loggedDrops(now, monitor),
    now,
    randomBytes: (length) => randomBytes(length),
    observe(session, end, table): void {
      observe(session, end, table);
      monitor.session(session, end, table);
      state.observe(session, end);
    },
    trace,
  };
}

/** Says `ready` when the link is up and the tunnel's side too, and again when either came back. */
function readiness(
  config: Config,
  link: Link,
  monitor: Monitor,
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
    resumed(client, outcome): void {
      logResumed(client, outcome, monitor);
    },
    state(up, reason): void {
      monitor.emit(up ? "interface-up" : "interface-down", { interface: link.name, reason });
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
