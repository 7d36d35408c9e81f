/** Builds a mode from its configuration and runs it until it is stopped. */
import type { Link } from "../../ffi/link/link.ts";
import { LoopPoll } from "../../ffi/poll/loop_poll.ts";
import type { TcpOptions } from "../../ffi/socket/tcp_options.ts";
import { randomBytes } from "node:crypto";
import { withConfigKey } from "../config/with_config_key.ts";
import { formatAddress } from "../config/addresses.ts";
import { transportsOf } from "../config/transports.ts";
import type { ClientConfig, Config, ServerConfig } from "../config/types.ts";
import { compareClientFiles, readClientFiles, readServerFiles } from "../config/files/files.ts";
import { logger } from "../log.ts";
import { networksOf } from "../tunnel/admission/network.ts";
import { Reputation } from "../tunnel/admission/reputation.ts";
import { SLOW_PATH_FACTOR } from "../tunnel/silence.ts";
import { listen } from "../tunnel/transport.ts";
import { checkTlsEnvironment, closeTrust } from "../tunnel/tls/trust_environment.ts";
import type { Daemon } from "./daemon.ts";
import { Client } from "./dial_loop.ts";
import { loggedAcs } from "./ac_log.ts";
import { ClientAccess, clientSettings } from "./client_access.ts";
import { ClientDiscovery } from "../proxy/discovery/client_discovery.ts";
import { loggedDrops, loggedFloods, loggedPacing, loggedProxyEvents } from "./event_log.ts";
import { loggedClientEvents } from "./client_tunnel_log.ts";
import { loggedServerEvents } from "./server_tunnel_log.ts";
import { HostSessions } from "../proxy/session/host_sessions.ts";
import { Monitor } from "./monitor.ts";
import { Proxy, type ProxyObserver } from "../proxy/proxy.ts";
import type { ProxyLimits, ProxyOptions } from "../proxy/session/proxy_options.ts";
import { readiness } from "./readiness.ts";
import { Reloader } from "./reload.ts";
import { Server } from "./accept_loop.ts";
import { namingCertificate, ServerAccess } from "./server_access.ts";
import type { Sessions } from "../proxy/session/sessions.ts";
import { sessionPrefix } from "./session_facts.ts";
import { ServerDiscovery } from "../proxy/discovery/server_discovery.ts";
import { runDaemon } from "./run.ts";
import type { ShardCounts } from "./shard_counts.ts";
import type { Shards } from "./shards.ts";
import { loadNetworks, startNetworks } from "./start_networks.ts";
import { openState, type State } from "./state.ts";
import { discoveryStory } from "./story_notes.ts";

const mainLog = logger("main");

const now = (): number => performance.now();
const later = (milliseconds: number, run: () => void): void => void setTimeout(run, milliseconds);

/** Sets options of the TCP sockets with a local port; returns the number of sockets found. */
type TuneSocketsOf = (port: number, options: TcpOptions) => number;
/** Sets options of a TCP socket; returns whether the kernel has accepted them. */
type TuneSocket = (number: number, options: TcpOptions) => boolean;

/** Starts server mode on a link, with further threads if the configuration wants more than one. */
export async function startServer(
  config: ServerConfig,
  link: Link,
  tune: TuneSocketsOf,
  shards?: Shards,
): Promise<Daemon> {
  await closeEnvironment(config.file);
  const files = await readServerFiles(config);
  const access = new ServerAccess(files);
  const { transport } = config.tunnel;
  let tcp = tcpOptions(config.tunnel);
  const tuned = (port: number): void => void tune(port, tcp);
  const reputation = new Reputation(now);
  const monitor = new Monitor("server", Date.now);
  const quic = { known: reputation, drops: monitor.udpDrops, flooded: loggedFloods(now) };
  const listeners = config.tunnel.listen.flatMap((at) =>
    transportsOf(transport).map((one) =>
      listen(one, at, files.certificate.pem, files.key, tuned, quic)
    )
  );
  const state = await openState(config, now);
  loadNetworks(state.networkFile, reputation, access);
  const options = {
    ...proxyOptions(config, link, state, monitor, shards?.counts),
    proofSecret: files.key,
  };
  const ready = readiness(config, link, monitor);
  const proxy = serverProxy(config, options, ready);
  const known = (client: string, host: string): void => {
    if (access.knows(client)) reputation.loggedIn(client, networksOf(host));
  };
  const { journal, storyWriter: stories } = state;
  const host = { monitor, journal, stories, mac: link.mac, known };
  const own = await shards?.start({ config, files }, host, state.earlier) ?? state.earlier;
  state.restore(proxy, link.mac, own);
  shards?.counts.setSessions(proxy.sessions.table.size);
  const loop = new LoopPoll();
  const server = new Server({
    proxy,
    listeners,
    knows: (client) => access.knows(client),
    reception: {
      limits: config.tunnel.admission,
      reputation,
      credentials: () => access.credentials(),
      tickets: () => access.tickets,
      now,
      random: Math.random,
      ...(shards && { handOver: (...of) => shards.handOver(...of) }),
    },
    ...(shards && { serves: (...of) => shards.serves(...of) }),
    keepalive: config.tunnel.keepalive,
    buffer: (size) => link.region(size),
    pollLoop: () => loop.poll(),
    suitsPath: () => tcp.congestionControl === "auto",
    now,
    events: namingCertificate(loggedServerEvents(now, later, monitor), access),
  });
  const networks = startNetworks(state.networkFile, reputation, server);
  ready.tunnel({
    listen: config.tunnel.listen.map(formatAddress).join(" "),
  });
  const reloader = new Reloader(config, monitor, async (next) => {
    const files = await readServerFiles(next);
    const { content, commit } = access.prepare(files, listeners, next.file);
    return {
      content,
      async commit(): Promise<void> {
        const removed = await commit();
        proxy.reconfigure(limitsOf(next));
        server.reconfigure(next.tunnel.admission, next.tunnel.keepalive);
        tcp = tcpOptions(next.tunnel);
        for (const { port } of listeners) tuned(port);
        shards?.reconfigure({ config: next, files }, removed);
        for (const name of removed) {
          proxy.expel(name, next.tunnel.shutdownGrace);
          reputation.forget(name);
        }
      },
    };
  });
  return runDaemon({
    ...{ link, loop, proxy, monitor, tunnels: server, state, reloader, shards, networks },
    certificates: () => access.certificates,
  });
}

/** The engine of a server, or of one of its shards. */
export function serverProxy(
  config: ServerConfig,
  options: ProxyOptions,
  observer: ProxyObserver,
): Proxy {
  const policy = { mac: config.interface.mac, hostUniq: config.discovery.hostUniq };
  const discovery = (sessions: Sessions) => new ServerDiscovery(options, policy, sessions);
  return new Proxy("server", options, discovery, observer);
}

/** Starts client mode on a link. */
export async function startClient(
  config: ClientConfig,
  link: Link,
  tune: TuneSocket,
): Promise<Daemon> {
  await closeEnvironment(config.file);
  const { tunnel } = config;
  const files = await readClientFiles(config);
  const access = new ClientAccess(tunnel.name, files);
  let tcp = tcpOptions(tunnel);
  const state = await openState(config, now);
  const monitor = new Monitor("client", Date.now);
  const options = proxyOptions(config, link, state, monitor);
  const ready = readiness(config, link, monitor);
  const tunnelUp = () => client.peer;
  const proxy = new Proxy(
    "client",
    options,
    (sessions) => new ClientDiscovery(options, { mac: config.interface.mac }, sessions, tunnelUp),
    ready,
  );
  state.restore(proxy, link.mac, state.earlier);
  const loop = new LoopPoll();
  const client: Client = new Client({
    proxy,
    transport: tunnel.transport,
    servers: tunnel.connect,
    tune: (number) => void tune(number, tcp),
    ticket: () => access.ticket(),
    drops: monitor.udpDrops,
    settings: clientSettings(config, files),
    buffer: (size) => link.region(size),
    pollLoop: () => loop.poll(),
    suitsPath: () => tcp.congestionControl === "auto",
    now,
    random: Math.random,
    events: loggedClientEvents(now, monitor, () => ready.tunnel({ server: client.peer?.name })),
  });
  const reloader = new Reloader(config, monitor, async (next) => {
    const files = await readClientFiles(next);
    return {
      content: compareClientFiles(access.files, files),
      commit(): Promise<void> {
        access.replace(files);
        proxy.reconfigure(limitsOf(next));
        client.reconfigure(clientSettings(next, files));
        tcp = tcpOptions(next.tunnel);
        return Promise.resolve();
      },
    };
  });
  return runDaemon({
    ...{ link, loop, proxy, monitor, tunnels: client, state, reloader },
    certificates: () => access.certificates,
  });
}

/** Makes TLS depend on the configuration only, not on the environment. */
async function closeEnvironment(file: string): Promise<void> {
  await withConfigKey(file, "tunnel", checkTlsEnvironment);
  const ignored = closeTrust();
  if (ignored.length > 0) {
    mainLog.warning("environment ignored", {
      variables: ignored.join(" "),
      detail: "they would change the certificates that TLS trusts",
    });
  }
}

/** Returns the options of a tunnel's TCP sockets. */
function tcpOptions({ mss, congestionControl, keepalive }: Config["tunnel"]): TcpOptions {
  return {
    maxSegment: mss,
    congestionControl,
    userTimeout: keepalive.timeout * SLOW_PATH_FACTOR,
  };
}

/**
 * Returns the configured limits in the proxy's form. Each shard has its part of the rates and of
 * the discoveries; the number of sessions counts for all together.
 */
export function limitsOf(config: Config): ProxyLimits {
  const { timeout } = config.discovery;
  if (config.mode === "client") return { ...config.limits, timeout, sessionsOf: () => Infinity };
  const { sessionsPerClient, padiRate, padiBurst, pendingDiscoveries } = config.limits;
  const own = new Map(config.clients.map(({ name, sessions }) => [name, sessions]));
  const part = (whole: number): number => Math.ceil(whole / config.shards);
  return {
    ...config.limits,
    padiRate: part(padiRate),
    padiBurst: part(padiBurst),
    pendingDiscoveries: part(pendingDiscoveries),
    timeout,
    sessionsOf: (name) => own.get(name) ?? sessionsPerClient,
  };
}

/** The engine's dependencies; `counts` are those of the shards, if there are several. */
export function proxyOptions(
  config: Config,
  link: Link,
  state: State,
  monitor: Monitor,
  counts?: ShardCounts,
): ProxyOptions {
  const { observe, trace } = loggedProxyEvents(config.mode, now);
  const host = new HostSessions(now);
  return {
    link,
    etherTypes: config.interface.etherTypes,
    limits: limitsOf(config),
    sessionPrefix: (peer) => sessionPrefix(config, peer),
    ...(counts && { sessionsElsewhere: () => counts.otherSessions }),
    drops: loggedDrops(now, monitor),
    now,
    later,
    randomBytes: (length) => randomBytes(length),
    isHostSession: (...of) => host.has(...of),
    observe(session, end, table, detail): void {
      observe(session, end, table, detail);
      monitor.session(session, end, table, now(), detail);
      state.observe(session, end);
      counts?.setSessions(table.size);
    },
    trace,
    story: monitor.acs.watching(discoveryStory(config.mode, state.storyWriter, Date.now)),
    paced: loggedPacing(now, monitor),
    late: (answer) => monitor.acs.late(answer),
    ...loggedAcs(config.mode, now, monitor),
  };
}
