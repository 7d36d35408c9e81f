import { formatAddress } from "../config/addresses.ts";
import { endOf } from "../tunnel/authenticate.ts";
import type { TunnelEnd } from "../tunnel/close_reason.ts";
import { abandon } from "../tunnel/transport/connection.ts";
import { DelayWatch } from "../tunnel/delay_watch.ts";
import type { SilenceObserver } from "../tunnel/liveness.ts";
import type { Violation } from "../tunnel/record/record.ts";
import { Tunnel, TUNNEL_BUFFER, type TunnelOptions } from "../tunnel/tunnel.ts";
import { Backoff } from "./backoff.ts";
import { BetterSearch } from "./better_search.ts";
import { ClientDialler } from "./client_dialler.ts";
import type { ClientOptions, ClientSettings } from "./client_options.ts";
import { type Dialled, DialSearch, discard, FIRST_OVERLAP, URGENT_RETRY } from "./dial_search.ts";
import type { Peer } from "../proxy/session/session.ts";

/**
 * How long attempts stay frequent after sessions were held, in milliseconds: their customers are
 * dialling again.
 */
const URGENT_AFTER = 60_000;
/** Round trips until a client is logged in. */
const LOGIN_ROUND_TRIPS = 4;
/** Time to close the tunnel to a server that is left for a preferred one, in milliseconds. */
const CLOSE_GRACE = 1_000;
/** Why a tunnel is replaced. */
const SILENT = "nothing came through it any more";
const BETTER = "a better connection is up";
const LONGER = "the path has become longer";
/** Time to find a connection that fits a longer path, in milliseconds. */
const RENEWAL_TIME = 10_000;

/** A tunnel in use. */
interface Current {
  readonly dialled: Dialled;
  readonly tunnel: Tunnel;
  readonly peer: Peer;
  /** Resolves when the tunnel has ended. */
  readonly running: Promise<TunnelEnd>;
}

/** The connection that replaces a tunnel, and why. */
interface Successor {
  readonly next: Dialled;
  readonly detail: typeof SILENT | typeof BETTER | typeof LONGER;
}

/**
 * Keeps one tunnel up:
 *
 *     searching ──logged in──▶ up ──ended──▶ searching                stop() ends any of them
 *                             ▲  │
 *                             └──┴─silent, on a longer path, or there is a better connection: the
 *                                  next one takes over
 */
export class Client {
  #options: ClientOptions;
  #settings: ClientSettings;
  #backoff: Backoff;
  #dialler: ClientDialler;
  #peer: Peer | undefined;
  #stopping = false;
  /** The search under way: without a tunnel, or while it is silent. */
  #search: DialSearch | undefined;
  #better = new BetterSearch([]);
  #delays = new DelayWatch();
  /** When sessions last waited. */
  #heldAt = -Infinity;
  /** The last tunnel's round trip, in milliseconds. */
  #roundTrip = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.#backoff = new Backoff(this.#settings.reconnect, options.random);
    this.#dialler = new ClientDialler(options, () => this.#isUrgent());
  }

  /** Applies new settings: keepalive to the current tunnel, the others to the next attempt. */
  reconfigure(settings: ClientSettings): void {
    this.#settings = settings;
    this.#backoff.reconfigure(settings.reconnect);
    this.#dialler.reconfigure(settings);
    this.#peer?.tunnel?.reconfigure(settings.keepalive);
  }

  /** The server whose tunnel is up. */
  get peer(): Peer | undefined {
    return this.#peer;
  }

  /** Dials and runs tunnels until `stop()`. */
  async run(): Promise<void> {
    let next: Dialled | undefined;
    while (!this.#stopping) {
      if (next === undefined) {
        const search: DialSearch = this.#search ??= this.#newSearch(0);
        next = await search.found;
        this.#search = undefined;
      }
      if (next !== undefined && !this.#stopping) next = await this.#carry(next);
    }
    if (next !== undefined) abandon(next.connection);
  }

  /** Ends the wait for the next attempt. */
  retry(): void {
    this.#search?.retry();
  }

  /** Makes no further attempts; a tunnel that is up continues until it is closed. */
  stop(): void {
    this.#stopping = true;
    this.#search?.stop();
    this.#better.stop();
  }

  /** Runs a tunnel until it ends, or until another connection replaces it, which is returned. */
  async #carry(dialled: Dialled): Promise<Dialled | undefined> {
    const { now } = this.#options;
    const began = now();
    const successor = Promise.withResolvers<Successor>();
    const succeed = (detail: Successor["detail"]) => (next: Dialled | undefined): void => {
      if (next !== undefined) successor.resolve({ next, detail });
    };
    let isSilent = false;
    const silence: SilenceObserver = (time) => {
      isSilent = time !== undefined;
      this.#options.events.silent(this.#name(dialled.server), time);
      if (time === undefined) this.#search?.cancel();
      else this.#seek(dialled.server)?.found.then(succeed(SILENT));
    };
    this.#delays.begin();
    // Only servers that read packets let a client's new connection replace one that answers.
    const isRenewable = dialled.connection.datagrams?.packs === true;
    let renewal: ReturnType<typeof setTimeout> | undefined;
    const measured = (roundTrip: number): void => {
      if (!isRenewable || !this.#delays.measured(roundTrip, now())) return;
      this.#options.events.lengthened(this.#name(dialled.server), roundTrip);
      const search = this.#seek(dialled.server);
      search?.found.then(succeed(LONGER));
      renewal = setTimeout(() => isSilent || search?.cancel(), RENEWAL_TIME);
    };
    const current = this.#join(dialled, { silence, measured });
    const better = this.#better = new BetterSearch(this.#dialler.candidates(dialled));
    better.found.then(succeed(BETTER));
    const ended = current.running.then((end) => takenOver(end, better));
    const outcome = await Promise.race([ended, successor.promise]);
    clearTimeout(renewal); // without the tunnel, the search goes on
    this.#roundTrip = current.tunnel.roundTrip ?? this.#roundTrip;
    better.stop();
    discard(better.found, outcome?.next);
    if (outcome === undefined) await this.#lost(current, now() - began);
    else await this.#replace(current, outcome);
    return outcome?.next;
  }

  /** Starts a tunnel on a connection. */
  #join(
    dialled: Dialled,
    observers: Required<Pick<TunnelOptions, "silence" | "measured">>,
  ): Current {
    const { proxy, now, pollLoop, suitsPath, events, buffer } = this.#options;
    const { server, transport, connection, detail } = dialled;
    const { keepalive } = this.#settings;
    const tunnel = new Tunnel({
      ...{ connection, keepalive, now, pollLoop, suitsPath },
      ...observers,
      buffer: buffer(TUNNEL_BUFFER),
    });
    const { peer, sink } = proxy.join(this.#name(server), tunnel);
    this.#peer = peer;
    this.#dialler.choice.connected(server);
    this.#dialler.transports.connected(now());
    proxy.endOthers(peer);
    events.connected(peer.name, transport, detail);
    return { dialled, tunnel, peer, running: tunnel.run(sink) };
  }

  /** Handles the end of a tunnel that nothing has replaced. */
  async #lost({ dialled, tunnel, peer, running }: Current, lasted: number): Promise<void> {
    const { proxy, now, events } = this.#options;
    const end = await running;
    this.#peer = undefined;
    this.#forgetSurplus(peer, end);
    this.#dialler.choice.lost(now(), peer.sessions > 0);
    proxy.leave(peer, tunnel);
    const name = this.#name(dialled.server);
    if (this.#stopping) return events.disconnected(name, end, peer.sessions);
    const delay = this.#search === undefined ? this.#delay(lasted) : 0;
    events.disconnected(name, end, peer.sessions, delay);
    this.#search ??= this.#newSearch(delay);
    this.#search.resume();
  }

  /** Gives a tunnel up for its successor, which to the same server continues its sessions. */
  async #replace(current: Current, { next, detail }: Successor): Promise<void> {
    const { proxy, now, events } = this.#options;
    const { dialled: { server, transport }, tunnel, peer, running } = current;
    if (this.#search !== undefined) {
      this.#search.stop();
      discard(this.#search.found, next);
      this.#search = undefined;
    }
    if (detail === SILENT) this.#dialler.transports.fellSilent(transport, now());
    if (next.server === server) {
      const end: TunnelEnd = { reason: "replaced", by: "us", detail };
      events.disconnected(this.#name(server), end, peer.sessions);
      running.then(() => proxy.leave(peer, tunnel)); // `join` closes it
      return;
    }
    await this.#leaveFor(tunnel);
    const end = await running;
    this.#peer = undefined;
    proxy.leave(peer, tunnel);
    events.disconnected(this.#name(server), end, 0);
  }

  /** Ends all sessions if the server refused them as too many: it would refuse the list again. */
  #forgetSurplus(peer: Peer, { by, detail }: TunnelEnd): void {
    const refused: Violation = "sessions-too-many";
    if (by !== "peer" || detail !== refused) return;
    this.#options.proxy.sessions.closeAll(peer, "not-resumed", { wire: true, tunnel: false });
  }

  /** Ends all sessions on both sides, as they belong to the AC of the server that is left. */
  async #leaveFor(tunnel: Tunnel): Promise<void> {
    const { proxy } = this.#options;
    if (this.#peer?.tunnel === tunnel) {
      proxy.sessions.closeAll(this.#peer, "server-changed", { wire: true, tunnel: true });
    }
    await tunnel.close("moved", "", CLOSE_GRACE);
  }

  /** Looks for a connection to the server of a silent tunnel. */
  #seek(server: number): DialSearch | undefined {
    if (this.#stopping) return undefined;
    const search = this.#search ??= this.#newSearch(0, server);
    search.resume();
    search.found.then((next) => {
      const isStale = next === undefined && this.#peer !== undefined;
      if (isStale && this.#search === search) this.#search = undefined;
    });
    return search;
  }

  /** Begins a search after `delay` ms; while the tunnel of a silent server is up, for that only. */
  #newSearch(after: number, silent?: number): DialSearch {
    return new DialSearch({
      begin: (turns, signal) => {
        return this.#dialler.attempt(turns, signal, this.#peer === undefined ? undefined : silent);
      },
      isUrgent: () => this.#isUrgent(),
      backOff: () => this.#backoff.next(0),
      failed: (server, error, delay) => {
        // A silent tunnel may still recover.
        if (this.#peer !== undefined) return;
        this.#options.events.failed(this.#name(server), endOf(error), delay);
      },
      slowness: Math.max(1, this.#roundTrip * LOGIN_ROUND_TRIPS / FIRST_OVERLAP),
      after,
      now: this.#options.now,
      later(milliseconds, run): () => void {
        const timer = setTimeout(run, milliseconds);
        return () => clearTimeout(timer);
      },
    });
  }

  #name(server: number): string {
    return formatAddress(this.#options.servers[server]);
  }

  /** Whether sessions wait for a tunnel, or did so a moment ago. */
  #isUrgent(): boolean {
    const { proxy, now } = this.#options;
    const holds = this.#peer === undefined
      ? proxy.peers.size > 0
      : this.#search !== undefined && this.#peer.sessions > 0;
    if (holds) this.#heldAt = now();
    return now() - this.#heldAt < URGENT_AFTER;
  }

  #delay(lasted: number): number {
    const delay = this.#backoff.next(lasted);
    return this.#isUrgent() ? Math.min(URGENT_RETRY, delay) : delay;
  }
}

/**
 * Returns the connection for which the server has ended a tunnel, if there is one: the server says so
 * as it accepts the login, of which we may learn later.
 */
async function takenOver(
  { reason, by }: TunnelEnd,
  better: BetterSearch,
): Promise<Successor | undefined> {
  const next = reason === "replaced" && by === "peer" ? await better.finish() : undefined;
  return next && { next, detail: BETTER };
}
