import type { Link } from "../../ffi/link/link.ts";
import type { LoopPoll } from "../../ffi/poll/loop_poll.ts";
import type { Config } from "../config/types.ts";
import { LineLimit, suppressedFact } from "../line_limit.ts";
import { logger, setLogLevel } from "../log.ts";
import { VERSION } from "../version.ts";
import { Client } from "./dial_loop.ts";
import { notice } from "./conditions.ts";
import type { CaptureRing } from "./capture_ring.ts";
import type { Captures, CaptureSource } from "./captures.ts";
import { CertificateWatch, type UsedCertificate } from "./certificate_watch.ts";
import { ConfigWatch } from "./config_watch.ts";
import type { Daemon } from "./daemon.ts";
import { noteEarlierProcess } from "./earlier_process.ts";
import { dropCounts } from "./drop_counts.ts";
import type { HistoryKeeper } from "./history_keeper.ts";
import { interfaceWatch } from "./interface_watch.ts";
import type { Monitor } from "./monitor.ts";
import type { NetworkKeeper } from "./network_keeper.ts";
import type { Proxy } from "../proxy/proxy.ts";
import type { ReloadReport, Unapplied } from "./reload.ts";
import type { Server } from "./accept_loop.ts";
import type { ShardCounts } from "./shard_counts.ts";
import type { Shards } from "./shards.ts";
import { endTerminated } from "../proxy/session/session_ends.ts";
import { SessionRounds } from "./session_rounds.ts";
import { sessionVisitors } from "./session_visitors.ts";
import { startHistory } from "./start_history.ts";
import type { State } from "./state.ts";
import { noteEvents } from "./story_notes.ts";
import { startWarmUp } from "./warm_up/warm_up.ts";

const log = logger("main");
const linkLog = logger("link");

/** Interval between checks of idle and held sessions, in milliseconds. */
const SWEEP = 1_000;

/** Dependencies of a daemon. */
export interface DaemonParts {
  link: Link;
  loop: LoopPoll;
  proxy: Proxy;
  monitor: Monitor;
  tunnels: Pick<Server, "run" | "stop"> | Client;
  state: State;
  /** Holds the configuration in use. */
  reloader: {
    readonly config: Config;
    reload(): Promise<ReloadReport>;
    /** Absent on a further thread. */
    compare?(): Promise<Unapplied>;
  };
  certificates: () => readonly UsedCertificate[];
  /** The further threads; undefined on each of them, and where there are none. */
  shards?: Shards | undefined;
  /** Stores the networks of a server's clients. */
  networks?: Pick<NetworkKeeper, "stop"> | undefined;
  /** Where a further thread publishes its numbers. */
  counts?: ShardCounts | undefined;
  /** Index of a further thread. */
  shard?: number | undefined;
}

const now = (): number => performance.now();

/** Runs both sides of a proxy until `stop`. */
export function runDaemon(parts: DaemonParts): Daemon {
  const { link, proxy, monitor, tunnels, reloader, certificates, shards } = parts;
  const sweep = startSweep(parts);
  const captures = lazyCaptures(parts);
  const watch = new CertificateWatch({ certificates, monitor, wallClock: Date.now });
  const files = startConfigWatch(parts);
  captures.applyRing();
  if (parts.shard === undefined) {
    const started = { at: Date.now(), version: VERSION };
    noteEarlierProcess(parts.state.uncleanEnd, monitor.recent);
    noteEvents(reloader.config.mode, monitor.events, parts.state.storyWriter, started);
  }
  const warmUp = startWarmUp(reloader.config.mode);
  const { mode } = reloader.config;
  const stored = { files: parts.state.historyFiles };
  const { history, keeper } = startHistory({ ...parts, ...stored, mode, shards, now });
  return {
    config: () => reloader.config,
    link,
    proxy,
    monitor,
    pastSessions: parts.state.pastSessions,
    history,
    historyMinute: (step) => keeper.minute(step),
    stories: parts.state.stories,
    certificates,
    stateTrouble: () => parts.state.trouble,
    startedAt: Date.now(),
    now,
    shards,
    shard: parts.shard ?? 0,
    ended: Promise.all([link.run(proxy), tunnels.run(), shards?.ended]).then(() => {}),
    async stop(final): Promise<void> {
      sweep.stop();
      watch.stop();
      files?.stop();
      warmUp.stop();
      await stop(parts, { captures, keeper }, final);
    },
    captures: captures.load,
    retry: () => tunnels instanceof Client && tunnels.retry(),
    async reload(): Promise<ReloadReport> {
      const report = await reloader.reload();
      files?.reloaded();
      // The reload may have fixed what kept a client from its server.
      if (report.result === "applied" && tunnels instanceof Client) tunnels.retry();
      if (report.applied.some(({ key }) => /^capture\b/.test(key))) await captures.applyRing();
      return report;
    },
    drain(on): void {
      if (on === proxy.sessions.draining) return;
      proxy.sessions.draining = on;
      shards?.drain(on);
      const others = shards?.counts.otherSessions ?? 0;
      const facts = { sessions: proxy.sessions.table.size + others };
      log.info(on ? "drain started" : "drain ended", facts);
      monitor.emit("drain", { enabled: on, ...facts });
    },
    get draining() {
      return proxy.sessions.draining;
    },
    setLogLevel(level, topic) {
      shards?.setLogLevel(level, topic);
      return setLogLevel(level, topic);
    },
  };
}

/** Watches the configuration on disk; once for all threads. */
function startConfigWatch({ reloader, monitor, shard }: DaemonParts): ConfigWatch | undefined {
  if (shard !== undefined || reloader.compare === undefined) return undefined;
  return new ConfigWatch({
    config: () => reloader.config,
    compare: () => reloader.compare?.() ?? Promise.resolve({ live: [], restart: [] }),
    found: (condition) => monitor.unapplied = condition,
  });
}

/** Loads the capture code on first use, so that a daemon that does not capture saves its memory. */
function lazyCaptures({ link, proxy, tunnels, reloader, monitor, shards }: DaemonParts) {
  const { file, mode, interface: { etherTypes } } = reloader.config;
  let loaded: Promise<{ captures: CaptureSource; ring: CaptureRing }> | undefined;
  const load = () =>
    loaded ??= (async () => {
      const [{ Captures }, { CaptureRing }] = await Promise.all([
        import("./captures.ts"),
        import("./capture_ring.ts"),
      ]);
      const own = new Captures({
        sessions: proxy.sessions,
        side: mode,
        etherType: etherTypes[1],
        peer: () => tunnels instanceof Client ? tunnels.peer?.name : undefined,
        application: `pppoe-proxy ${VERSION}`,
        place: link.name,
      });
      const captures = shards === undefined ? own : await withShards(own, shards);
      return {
        captures,
        ring: new CaptureRing(file, captures, (cause) => monitor.captureTrouble = cause),
      };
    })();
  return {
    load: async (): Promise<CaptureSource> => (await load()).captures,
    /** Starts or restarts the configured capture. */
    async applyRing(): Promise<void> {
      const { capture } = reloader.config;
      if (loaded !== undefined || capture.directory !== undefined) {
        await (await load()).ring.apply(capture);
      }
    },
    async end(): Promise<void> {
      const { captures, ring } = await loaded ?? {};
      captures?.end();
      await ring?.close();
    },
  };
}

async function withShards(own: Captures, shards: Shards): Promise<CaptureSource> {
  const { SharedCaptures } = await import("./shard_captures.ts");
  return new SharedCaptures(own, (wanted) => shards.captures(wanted));
}

/** Checks sessions and peers periodically, and measures how late the check is. */
function startSweep(parts: DaemonParts): { stop(): void } {
  const { reloader, link, proxy, monitor, shards, counts = shards?.counts } = parts;
  const followInterface = interfaceWatch(link, proxy, reloader.config.interface.mac);
  const failures = new LineLimit(now);
  const rounds = sessionRounds(parts);
  let last = now();
  const timer = setInterval(() => {
    const { resumeGrace, terminateLinger } = reloader.config.sessions;
    const time = now();
    monitor.loopLag = Math.max(0, time - last - SWEEP);
    last = time;
    rounds.start();
    proxy.sweep(resumeGrace);
    counts?.setSessions(proxy.sessions.table.size);
    counts?.setClients(connectedPeers(proxy));
    if (terminateLinger > 0) endTerminated(proxy.sessions, terminateLinger);
    try {
      followInterface();
    } catch (error) {
      // A momentary shortage of memory or descriptors must not end the daemon.
      failures.log("interface", (suppressed) => {
        const facts = { interface: link.name, error: String(error), ...suppressedFact(suppressed) };
        linkLog.error("interface read failed", facts);
      });
    }
  }, SWEEP);
  return {
    stop(): void {
      clearInterval(timer);
      rounds.stop();
    },
  };
}

/** Looks at all sessions, and then at what needs attention. */
function sessionRounds({ reloader, link, proxy, monitor, state }: DaemonParts): SessionRounds {
  const { mode } = reloader.config;
  const idleTimeout = (): number => reloader.config.sessions.idleTimeout;
  return new SessionRounds({
    table: proxy.sessions.table,
    visitors: sessionVisitors({ mode, link, proxy, monitor, idleTimeout }),
    over(time): void {
      const { draining } = proxy.sessions;
      notice({ mode, link, proxy, monitor, draining, trouble: state.trouble }, time);
    },
    now,
    later(milliseconds, run): () => void {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
  });
}

/** Number of peers with a tunnel. */
export function connectedPeers({ peers }: Pick<Proxy, "peers">): number {
  return [...peers.values()].filter(({ tunnel }) => tunnel !== undefined).length;
}

async function stop(
  { reloader, link, loop, proxy, tunnels, state, shards, shard, networks }: DaemonParts,
  { captures, keeper }: { captures: { end(): Promise<void> }; keeper: HistoryKeeper },
  final: boolean,
): Promise<void> {
  state.stopping?.(); // a service manager may end what takes too long
  const storeHistory = await keeper.stop(); // while all threads still answer
  tunnels.stop();
  const { shutdownGrace } = reloader.config.tunnel;
  const keep = state.isKept && !final;
  const own = keep ? proxy.suspend(shutdownGrace) : proxy.shutdown(shutdownGrace);
  await Promise.all([own, shards?.stop(keep, shutdownGrace)]);
  await Promise.all([storeHistory(), networks?.stop()]);
  await state.close();
  await captures.end(); // after the last PADT
  logTotals(link, proxy, shard);
  link.close();
  loop.release();
}

/** Logs the counts of forwarded and dropped frames since startup. */
function logTotals(link: Link, proxy: Proxy, shard: number | undefined): void {
  link.readStatistics();
  const { statistics } = link;
  log.info("totals", {
    received_frames: statistics.receivedFrames,
    received_bytes: statistics.receivedBytes,
    sent_frames: statistics.sentFrames,
    sent_bytes: statistics.sentBytes,
    kernel_drops: statistics.kernelDrops,
    drops: dropCounts({ link, proxy }),
    shard,
  });
}
