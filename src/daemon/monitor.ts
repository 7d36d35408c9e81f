import type { TunnelEnd } from "../tunnel/close_reason.ts";
import type { SnakeCase } from "../snake_case.ts";
import { formatMac } from "../pppoe/mac.ts";
import { UdpDrops } from "../tunnel/transport/udp_drops.ts";
import { EventFeed, type EventKind } from "./event_feed.ts";
import { AcWatch } from "./acs/ac_watch.ts";
import { AllPeerStats, type TunnelFacts } from "./peer_stats.ts";
import { PathTroubles } from "./paths/path_troubles.ts";
import { RivalWatch } from "./rival_watch.ts";
import { Rates } from "./rates.ts";
import { Recent } from "./recent.ts";
import { type Holding, Standing } from "./standing.ts";
import { WireWatch } from "./wire_watch.ts";
import type { EndDetail, Session, SessionEnd } from "../proxy/session/session.ts";
import type { SessionTable } from "../proxy/session/session_table.ts";
import { count } from "../proxy/session/discovery_stats.ts";
import { closedFacts, openedFacts } from "./session_end_facts.ts";

/** Reloads of the configuration. */
export interface Reloads {
  readonly results: Record<string, number>;
  /** Wall-clock time, in milliseconds; undefined before the first. */
  lastSuccess: number | undefined;
}

/** What a reload changed, as keys of the configuration, or why it failed. */
export interface ReloadFacts {
  applied?: string;
  "needs_restart"?: string;
  error?: string;
}

/** Monitoring data of the daemon: the latest events, and counts since startup. */
export class Monitor {
  readonly events: EventFeed;
  readonly peers: AllPeerStats;
  /** Number of opened sessions. */
  opened = 0;
  /** Number of ended sessions, by reason. */
  readonly closed: Record<string, number> = {};
  /** Connection attempts, by "connected" or why they failed; on a server only the former. */
  readonly connects: Record<string, number> = {};
  /** Refused connections, by reason. */
  readonly rejected: Record<string, number> = {};
  readonly reloads: Reloads = { results: {}, lastSuccess: undefined };
  /** Last measured delay of the event loop, in milliseconds. */
  loopLag = 0;
  /** Packets that the kernel dropped from the tunnels' UDP sockets. */
  readonly udpDrops = new UdpDrops();
  /** The traffic of each peer, per second. */
  readonly rates = new Rates();
  /** What has happened lately, and what holds since when. */
  readonly recent: Recent;
  readonly acs: AcWatch;
  /** What is wrong with the tunnels' paths. */
  readonly paths = new PathTroubles();
  readonly rivals = new RivalWatch();
  readonly wire = new WireWatch();
  /** Why the configured capture is not running; undefined if it is, or if there is none. */
  captureTrouble: string | undefined;
  /** That the configuration on disk is not in use. */
  unapplied: Holding | undefined;
  /** What needs attention now beside that. */
  readonly standing: Standing;
  #mode: "server" | "client";
  #wallClock: () => number;

  /** `wallClock` and the monotonic clock `now` are in milliseconds. */
  constructor(
    mode: "server" | "client",
    wallClock: () => number,
    now = (): number => performance.now(),
  ) {
    this.#mode = mode;
    this.#wallClock = wallClock;
    this.events = new EventFeed(wallClock);
    this.peers = new AllPeerStats(wallClock);
    this.recent = new Recent(wallClock, now);
    this.acs = new AcWatch(mode, now);
    this.standing = new Standing(wallClock, now);
  }

  /** Records that a session has opened (no end) or ended. `time` is the clock of `openedAt`. */
  session(
    session: Session,
    end: SessionEnd | undefined,
    table: SessionTable,
    time: number,
    detail: EndDetail = { side: this.#mode, tags: new Uint8Array(0) },
  ): void {
    this.acs.session(session, end, table, detail, time);
    if (end === undefined) {
      this.opened++;
      this.recent.refusals.worked(formatMac(session.concentrator));
      return this.events.emit("session-opened", openedFacts(this.#mode, session));
    }
    count(this.closed, end);
    this.peers.ended(session, table);
    this.events.emit(
      "session-closed",
      closedFacts(this.#mode, session, end, detail, table, time),
    );
  }

  /** Records that a tunnel is up. */
  connected(peer: string, tunnel: TunnelFacts): void {
    count(this.connects, "connected");
    this.peers.connected(peer, tunnel);
  }

  /** Records that an attempt to connect has failed; the next begins in `delay` milliseconds. */
  failed(peer: string, end: TunnelEnd, attempt: number, cause: string, delay: number): void {
    count(this.connects, end.reason);
    this.peers.failed(peer, end, attempt, cause, delay);
  }

  /** Records a reload of the configuration: "applied", "unchanged" or "failed". */
  reloaded(result: string, facts: ReloadFacts): void {
    count(this.reloads.results, result);
    if (result !== "failed") this.reloads.lastSuccess = this.#wallClock();
    this.events.emit("reload", { result, ...facts });
  }

  /** Records an event that is not counted here. */
  emit<T extends object>(kind: EventKind, facts: T & SnakeCase<T>): void {
    this.events.emit(kind, facts);
  }
}
