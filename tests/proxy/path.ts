/**
 * An entire path in memory: customer wire, client proxy, tunnel, server proxy, AC wire. Its outer
 * ends are two `MemoryLink` ends on which a test plays customer and AC.
 */
import { type MemoryLink, memoryLinkPair } from "../../ffi/link/loopback.ts";
import { ETHERTYPE_DISCOVERY, ETHERTYPE_SESSION } from "../../src/pppoe/constants.ts";
import { type Mac, writeMac } from "../../src/pppoe/mac.ts";
import { ClientDiscovery } from "../../src/proxy/discovery/client_discovery.ts";
import type { AcRefusal } from "../../src/proxy/discovery/ac_refusal.ts";
import type { SilenceReport } from "../../src/proxy/discovery/ac_silence.ts";
import { Drops } from "../../src/proxy/session/drops.ts";
import type { HostUniqMode } from "../../src/proxy/discovery/host_uniq.ts";
import { Proxy } from "../../src/proxy/proxy.ts";
import type {
  MacPolicy,
  ProxyLimits,
  ProxyOptions,
} from "../../src/proxy/session/proxy_options.ts";
import { ServerDiscovery } from "../../src/proxy/discovery/server_discovery.ts";
import type { Peer, SessionEnd } from "../../src/proxy/session/session.ts";
import { COUNTERS } from "../../src/proxy/session/session_table.ts";
import type { TunnelEnd } from "../../src/tunnel/close_reason.ts";
import { Tunnel } from "../../src/tunnel/tunnel.ts";
import { Clock } from "./clock.ts";
import { OuterWire } from "./outer_wire.ts";
import {
  type MemoryConnection,
  memoryConnectionPair,
  recordBuffer,
} from "../tunnel/memory_connection.ts";
import { pollLoop } from "../tunnel/poll_loop.ts";

export { OuterWire, type SeenPacket } from "./outer_wire.ts";

export const CUSTOMER: Mac = 0x02_00_00_00_00_c1;
export const AC: Mac = 0x02_00_00_00_00_a1;
export const LAN: Mac = 0x02_00_00_00_00_1a;
export const WAN: Mac = 0x02_00_00_00_00_3a;

/** How a path is set up. */
export interface PathOptions extends Pick<ProxyOptions, "paced" | "late"> {
  mac?: MacPolicy;
  hostUniq?: HostUniqMode;
  limits?: Partial<ProxyLimits>;
  sessionsPerClient?: number;
  /** Called for sessions that open or end on either side; the link tells which. */
  observe?: (link: MemoryLink, ...event: Parameters<ProxyOptions["observe"]>) => void;
  /** What notes discovery, by mode. */
  stories?: Readonly<Record<string, NonNullable<ProxyOptions["story"]>>>;
  /** Maximum number of sessions by the client's own limit; defaults to the server's. */
  sessionsOnClient?: number;
  /** Sessions of the kernels of both machines. */
  isHostSession?: (remote: Mac, sessionId: number, ifUnknown: boolean) => boolean;
  /** Called on either side when an AC refuses, does not answer, and answers again. */
  refused?: (mode: string, refusal: AcRefusal) => void;
  silent?: (mode: string, report: SilenceReport) => void;
  /** Whether both sides are of a version that does not read why sessions end. */
  old?: boolean;
  /** Client names, each with its own wire. Default: one. */
  clients?: string[];
}

/** One side of the path, with its counts. */
export interface Side {
  proxy: Proxy;
  link: MemoryLink;
  drops: Record<string, number>;
  /** Sessions ended in its process. */
  ends: SessionEnd[];
  /** The result of each resumption. */
  resumed: object[];
  /** Number of discoveries in progress. */
  pending(): number;
}

/** An authenticated client that is played by a test byte by byte. */
export interface RawClient {
  connection: MemoryConnection;
  /** How the server's tunnel to it ended. */
  ended: Promise<TunnelEnd>;
}

/** A running path. */
export interface Path {
  customers: OuterWire[];
  ac: OuterWire;
  server: Side;
  clients: Side[];
  /** Time of both sides' clock, in milliseconds. */
  now(): number;
  /** Advances both sides' clock, in milliseconds. */
  advance(milliseconds: number): void;
  tunnels: {
    client: Tunnel;
    server: Tunnel;
    serverPeer: Peer;
    /** Stalls both directions until the returned function is called. */
    stall(): () => void;
    ended: Promise<unknown>;
  }[];
  /** Closes the tunnel of a client; resolves when both ends have noticed. */
  lose(client: number): Promise<void>;
  /** Gives a client a new tunnel. */
  reconnect(client: number): void;
  /**
   * Replaces the server's or a client's process by another, which keeps its sessions or has none;
   * its tunnels are lost.
   */
  restart(which: "server" | number, keep: boolean): Promise<void>;
  /** Joins a client that has sent nothing yet. */
  attach(name: string): RawClient;
  close(): Promise<void>;
}

const KEEPALIVE = { interval: 1e6, timeout: 2e6 };

/** Sets up a path. */
export function openPath(options: PathOptions = {}): Path {
  const clock = new Clock();
  const now = (): number => clock.time;
  const [wan, acLink] = memoryLinkPair([macBytes(WAN), macBytes(AC)]);
  const server = serverSide(wan, options, clock);
  const running: Promise<unknown>[] = [wan.run(server.proxy)];
  const customers: OuterWire[] = [];
  const clients: Side[] = [];
  const lans: MemoryLink[] = [];
  const tunnels: Path["tunnels"] = [];
  const names = options.clients ?? ["branch-1"];
  const connect = (i: number): void => {
    const pair = memoryConnectionPair();
    for (const end of pair) end.readsEnded = options.old !== true;
    const [near, far] = pair.map((connection) => makeTunnel(connection, now));
    const [client, serving] = [clients[i].proxy, server.proxy];
    const [joinedNear, joinedFar] = [client.join("server", near), serving.join(names[i], far)];
    const ended = Promise.all([
      near.run(joinedNear.sink).then(() => client.leave(joinedNear.peer, near)),
      far.run(joinedFar.sink).then(() => serving.leave(joinedFar.peer, far)),
    ]);
    running.push(ended);
    const stall = () => {
      const passing = pair.map((connection) => connection.stall());
      return () => passing.forEach((pass) => pass());
    };
    tunnels[i] = { client: near, server: far, serverPeer: joinedFar.peer, stall, ended };
  };
  const startClient = (i: number): Side =>
    clientSide(lans[i], options, clock, () => {
      const peer = clients[i].proxy.peers.get("server");
      return peer?.tunnel === undefined ? undefined : peer;
    });
  const lose = async (i: number): Promise<void> => {
    await tunnels[i].client.close("keepalive-timeout", "", 100);
    await tunnels[i].ended;
  };
  for (const i of names.keys()) {
    const [lan, customerLink] = memoryLinkPair([macBytes(LAN), macBytes(CUSTOMER)]);
    lans.push(lan);
    const client = startClient(i);
    clients.push(client);
    running.push(lan.run(client.proxy));
    customers.push(new OuterWire(customerLink));
    connect(i);
  }
  const raw: MemoryConnection[] = [];
  return {
    customers,
    ac: new OuterWire(acLink),
    server,
    clients,
    now,
    advance: (milliseconds) => clock.advance(milliseconds),
    tunnels,
    lose,
    reconnect: connect,
    async restart(which, keep): Promise<void> {
      for (const i of names.keys()) if (which === "server" || which === i) await lose(i);
      if (which === "server") succeed(server, serverSide(wan, options, clock), keep);
      else succeed(clients[which], startClient(which), keep);
    },
    attach(name): RawClient {
      const [connection, far] = memoryConnectionPair();
      const tunnel = makeTunnel(far, now);
      const { peer, sink } = server.proxy.join(name, tunnel);
      const ended = tunnel.run(sink).finally(() => server.proxy.leave(peer, tunnel));
      raw.push(connection);
      running.push(ended);
      return { connection, ended };
    },
    async close(): Promise<void> {
      for (const connection of raw) connection.close();
      for (const { client } of tunnels) await client.close("shutdown", "", 1000);
      for (const { server } of tunnels) await server.close("shutdown", "", 1000);
      for (const lan of lans) lan.close();
      wan.close();
      await Promise.all(running);
    },
  };
}

/** Replaces one process by another. */
function succeed(side: Side, fresh: Side, keep: boolean): void {
  const { table } = side.proxy.sessions;
  const sessions = keep ? [...table] : [];
  for (const { index, peer, ...session } of sessions) {
    const counters = table.counters.subarray(index * COUNTERS, index * COUNTERS + 4);
    fresh.proxy.restore(peer.name, session, [...counters]);
  }
  fresh.link.run(fresh.proxy);
  Object.assign(side, fresh);
}

function makeTunnel(connection: MemoryConnection, now: () => number): Tunnel {
  return new Tunnel({ connection, buffer: recordBuffer(), keepalive: KEEPALIVE, now, pollLoop });
}

function base(mode: string, link: MemoryLink, options: PathOptions, clock: Clock): {
  options: ProxyOptions;
  side: Omit<Side, "proxy" | "pending">;
} {
  const drops = new Drops(() => {});
  const ends: SessionEnd[] = [];
  return {
    options: {
      link,
      etherTypes: [ETHERTYPE_DISCOVERY, ETHERTYPE_SESSION],
      limits: {
        sessions: 100,
        sessionsPerCustomer: 100,
        pendingDiscoveries: 100,
        timeout: 60_000,
        sessionsOf: () => options.sessionsPerClient ?? 100,
        padiRatePerMac: 10,
        padiBurstPerMac: 20,
        padiRate: 100,
        padiBurst: 200,
        ...options.limits,
      },
      drops,
      now: () => clock.time,
      later: (milliseconds, run) => clock.later(milliseconds, run),
      proofSecret: "the server's key",
      isHostSession: options.isHostSession ?? (() => false),
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      observe(session, end, table, detail): void {
        if (end !== undefined) ends.push(end);
        options.observe?.(link, session, end, table, detail);
      },
      trace: () => {},
      refused: (refusal) => options.refused?.(mode, refusal),
      silent: (report) => options.silent?.(mode, report),
      ...(options.paced && { paced: options.paced }),
      ...(options.late && { late: options.late }),
      ...(options.stories?.[mode] && { story: options.stories[mode] }),
    },
    side: { link, drops: drops.counts, ends, resumed: [] },
  };
}

function serverSide(link: MemoryLink, options: PathOptions, clock: Clock): Side {
  const { options: proxyOptions, side } = base("server", link, options, clock);
  const policy = { mac: options.mac ?? "own", hostUniq: options.hostUniq ?? "rewrite" } as const;
  let discovery: ServerDiscovery | undefined;
  const proxy = new Proxy(
    "server",
    proxyOptions,
    (sessions) => discovery = new ServerDiscovery(proxyOptions, policy, sessions),
    { state() {}, resumed: (_client, outcome) => void side.resumed.push(outcome) },
  );
  return { proxy, ...side, pending: () => discovery?.size ?? 0 };
}

function clientSide(
  link: MemoryLink,
  options: PathOptions,
  clock: Clock,
  peer: () => Peer | undefined,
): Side {
  const { options: proxyOptions, side } = base("client", link, options, clock);
  const policy = { mac: options.mac ?? "own" };
  const { limits } = proxyOptions;
  const sessions = options.sessionsOnClient ?? limits.sessions;
  proxyOptions.limits = { ...limits, sessions, sessionsOf: () => Infinity };
  let discovery: ClientDiscovery | undefined;
  const proxy = new Proxy(
    "client",
    proxyOptions,
    (sessions) => discovery = new ClientDiscovery(proxyOptions, policy, sessions, peer),
    { state() {}, resumed: (_client, outcome) => void side.resumed.push(outcome) },
  );
  return { proxy, ...side, pending: () => discovery?.size ?? 0 };
}

/** Returns the six bytes of an address. */
export function macBytes(mac: Mac): Uint8Array {
  const bytes = new Uint8Array(6);
  writeMac(bytes, 0, mac);
  return bytes;
}
