/**
 * Dials in memory after the start, so that the first customer does not wait for V8: code that runs
 * for the first time has to be parsed and compiled, which makes a dial ten times as long.
 */
import { randomBytes } from "node:crypto";
import { type MemoryLink, memoryLinkPair } from "../../../ffi/link/loopback.ts";
import { discardingLog } from "../../log.ts";
import { ETHERTYPE_DISCOVERY, ETHERTYPE_SESSION } from "../../pppoe/constants.ts";
import { type Mac, writeMac } from "../../pppoe/mac.ts";
import { ClientDiscovery } from "../../proxy/discovery/client_discovery.ts";
import { ServerDiscovery } from "../../proxy/discovery/server_discovery.ts";
import { Proxy } from "../../proxy/proxy.ts";
import { Drops } from "../../proxy/session/drops.ts";
import { HostSessions } from "../../proxy/session/host_sessions.ts";
import type { ProxyOptions } from "../../proxy/session/proxy_options.ts";
import type { Peer } from "../../proxy/session/session.ts";
import { ControlType } from "../../tunnel/record/record.ts";
import { MIN_RECORD_BUFFER } from "../../tunnel/record/record_reader.ts";
import { encodeSessionList } from "../../tunnel/session_list.ts";
import { Tunnel } from "../../tunnel/tunnel.ts";
import { loggedProxyEvents } from "../event_log.ts";
import { Monitor } from "../monitor.ts";
import { memoryState, type State } from "../state.ts";
import { discoveryStory, noteEvents } from "../story_notes.ts";
import { AC, ScriptedHosts } from "./scripted_hosts.ts";
import { ScriptedTunnel } from "./scripted_tunnel.ts";

/** Number of dials: more shorten the first real dial no further (docs/performance-notes.md). */
const DIALS = 40;
/** Time for everything else before the first dial and between two, in milliseconds. */
const BEGIN = 300;
const PAUSE = 2;
/** Maximum time for one dial, in milliseconds; a later one would help nobody. */
const PATIENCE = 1_000;
/** Address of the proxy's link in memory. */
const OWN: Mac = 0x02_00_00_00_00_1a;

const now = (): number => performance.now();

/** What a warm-up has done: the dials made, and the customers with a story. */
interface WarmedUp {
  readonly dials: number;
  readonly stories: number;
}

/** A warm-up under way. */
export interface WarmUp {
  readonly ended: Promise<WarmedUp>;
  /** Ends it after the current dial. */
  stop(): void;
}

/**
 * Starts to warm up what a mode does with a dial, a few milliseconds at a time. Everything is in
 * memory and apart from the running proxy: no frame reaches a wire, no line the log, no count a
 * metric.
 */
export function startWarmUp(mode: "server" | "client", dials = DIALS): WarmUp {
  let isStopped = false;
  const run = async (): Promise<WarmedUp> => {
    await pause(BEGIN);
    if (isStopped) return { dials: 0, stories: 0 };
    const { hosts, state, close } = openStage(mode);
    let done = 0;
    while (done < dials && !isStopped && await inTime(hosts.dial())) {
      done++;
      await pause(PAUSE);
    }
    await close();
    return { dials: done, stories: state.stories.size };
  };
  return { ended: run(), stop: () => void (isStopped = true) };
}

/** A proxy between hosts that are scripted, and what it records. */
interface Stage {
  hosts: ScriptedHosts;
  state: State;
  close(): Promise<void>;
}

/** Opens a proxy of this mode between scripted hosts. */
function openStage(mode: "server" | "client"): Stage {
  const [link, wire] = memoryLinkPair([macBytes(OWN), macBytes(AC)]);
  const isServer = mode === "server";
  const far = new ScriptedTunnel((handle, frame) =>
    isServer ? hosts.toCustomer(handle, frame) : hosts.toAc(frame)
  );
  const toTunnel = (handle: number, frame: Uint8Array) => far.discovery(handle, frame);
  const toWire = (_handle: number, frame: Uint8Array) => wire.send(frame);
  // A PADS has a handle in the tunnel; a PADO has none.
  const hosts = new ScriptedHosts(
    isServer
      ? { fromCustomer: toTunnel, fromAc: toWire }
      : { fromCustomer: toWire, fromAc: toTunnel },
  );
  const state = memoryState({ now, wallClock: Date.now });
  const proxy = makeProxy(mode, optionsOn(link, mode, state));
  state.restore(proxy, link.mac, []);
  wire.run({
    frame(bytes, _view, offset, length): void {
      const frame = bytes.slice(offset, offset + length);
      if (isServer) hosts.toAc(frame);
      else hosts.toCustomer(0, frame);
    },
    batchEnd() {},
    state() {},
  });
  link.run(proxy);
  const tunnel = joinTunnel(proxy, far);
  if (isServer) {
    for (const body of encodeSessionList([])) {
      far.control(ControlType.sessions, body);
    }
  }
  const close = async () => {
    await tunnel.close("shutdown", "", 0);
    for (const end of [link, wire]) end.close();
  };
  return { hosts, state, close };
}

/** Gives a proxy its tunnel, which runs until it is closed. */
function joinTunnel(proxy: Proxy, connection: ScriptedTunnel): Tunnel {
  const bytes = new Uint8Array(MIN_RECORD_BUFFER);
  const buffer = { bytes, view: new DataView(bytes.buffer) };
  const keepalive = { interval: 2 * PATIENCE, timeout: 10 * PATIENCE };
  const pollLoop = () => pause(0);
  const tunnel = new Tunnel({ connection, buffer, keepalive, now, pollLoop });
  const { peer, sink } = proxy.join("warm-up", tunnel);
  tunnel.run(sink).then(() => proxy.leave(peer, tunnel));
  return tunnel;
}

function makeProxy(mode: "server" | "client", options: ProxyOptions): Proxy {
  const ignored = { state() {}, resumed() {} };
  if (mode === "server") {
    const policy = { mac: "own", hostUniq: "rewrite" } as const;
    return new Proxy(
      mode,
      options,
      (sessions) => new ServerDiscovery(options, policy, sessions),
      ignored,
    );
  }
  const peer = (): Peer | undefined => proxy.peers.get("warm-up");
  const proxy: Proxy = new Proxy(
    mode,
    options,
    (sessions) => new ClientDiscovery(options, { mac: "own" }, sessions, peer),
    ignored,
  );
  return proxy;
}

/** A proxy's dependencies: real ones where they are only code, and nothing that lasts. */
function optionsOn(link: MemoryLink, mode: "server" | "client", state: State): ProxyOptions {
  const monitor = new Monitor(mode, Date.now);
  noteEvents(mode, monitor.events, state.storyWriter, { at: Date.now(), version: "" });
  const { observe, trace } = loggedProxyEvents(mode, now);
  const host = new HostSessions(now);
  const most = { rate: 1e6, burst: 1e6, sessions: 1e4 };
  return {
    link,
    etherTypes: [ETHERTYPE_DISCOVERY, ETHERTYPE_SESSION],
    limits: {
      sessions: most.sessions,
      sessionsPerCustomer: most.sessions,
      sessionsOf: () => most.sessions,
      pendingDiscoveries: most.sessions,
      timeout: PATIENCE,
      padiRate: most.rate,
      padiBurst: most.burst,
      padiRatePerMac: most.rate,
      padiBurstPerMac: most.burst,
    },
    drops: new Drops(() => {}),
    now,
    later: () => {}, // nothing is ever sent again
    randomBytes: (length) => randomBytes(length),
    isHostSession: (...of) => host.has(...of),
    proofSecret: "warm-up",
    observe(session, end, table, detail): void {
      discardingLog(() => observe(session, end, table, detail));
      monitor.session(session, end, table, now(), detail);
      state.observe(session, end);
    },
    trace: (...event) => discardingLog(() => trace(...event)),
    story: discoveryStory(mode, state.storyWriter, Date.now),
  };
}

function macBytes(mac: Mac): Uint8Array {
  const bytes = new Uint8Array(6);
  writeMac(bytes, 0, mac);
  return bytes;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Whether this ends within {@linkcode PATIENCE}. */
async function inTime(ended: Promise<void>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), PATIENCE);
  const isInTime = await Promise.race([ended.then(() => true), late.promise]);
  clearTimeout(timer);
  return isInTime;
}
