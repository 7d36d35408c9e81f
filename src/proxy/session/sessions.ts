import type { Notify } from "./session.ts";
import { CODE_PADT } from "../../pppoe/constants.ts";
import { DiscoveryOutlet, type OutletOptions } from "./discovery_sender.ts";
import type { Drops } from "./drops.ts";
import { type EarlierOptions, EarlierSessions } from "./earlier_sessions.ts";
import type { FrameTap } from "./frame_tap.ts";
import { IdleProbes } from "./idle_probes.ts";
import { LcpWatch } from "./lcp_watch.ts";
import { LoginRefusals } from "./login_refusals.ts";
import type { ProxyOptions } from "./proxy_options.ts";
import { END_CODES } from "./session_end.ts";
import { type EndDetail, Known, type Peer, type Session, type SessionEnd } from "./session.ts";
import { reportEnded } from "./report_ended.ts";
import { SessionProofs } from "./session_proof.ts";
import { AC_HEARD, COUNTERS, SessionTable } from "./session_table.ts";
import { DiscoveryStats } from "./discovery_stats.ts";
import { TouchedWriters } from "./touched_writers.ts";

/** Dependencies of the sessions. The AC is on the server's wire, the customers on the client's. */
export interface SessionsOptions
  extends
    OutletOptions,
    EarlierOptions,
    Pick<ProxyOptions, "proofSecret" | "randomBytes" | "story" | "loginRefused"> {
  /** Called for every session that opens or ends; the table still has its counters. */
  observe: ProxyOptions["observe"];
}

const NO_TAGS = new Uint8Array(0);

/** The open sessions of a proxy: opens, restores and ends them, and holds what watches them. */
export class Sessions {
  readonly table: SessionTable;
  readonly drops: Drops;
  readonly discoveryStats = new DiscoveryStats();
  readonly outlet: DiscoveryOutlet;
  /** The tunnel writers to flush at the end of a batch. */
  readonly writers = new TouchedWriters();
  /** Receives every frame while captures run. */
  tap: FrameTap | undefined;
  /** Whether new sessions are refused; open ones continue. */
  draining = false;
  readonly lcp: LcpWatch;
  readonly logins: LoginRefusals;
  /** Checks whether the ACs of silent sessions still have them. */
  readonly idle: IdleProbes;
  readonly earlier: EarlierSessions;
  /** Proofs of sessions, if a secret is configured for them. */
  readonly proofs: SessionProofs | undefined;
  /** Called for each restored session of an earlier process. */
  restored: ((session: Session) => void) | undefined;
  /** Called when a session opens, for its place on the wire. */
  opened: ((session: Session) => void) | undefined;
  #options: SessionsOptions;
  #acOnWire: boolean;

  constructor(options: SessionsOptions) {
    this.table = new SessionTable(options.etherTypes[1]);
    this.drops = options.drops;
    this.lcp = new LcpWatch(options.now);
    this.logins = new LoginRefusals(options);
    this.outlet = new DiscoveryOutlet(options, this.discoveryStats, () => this.tap);
    this.#options = options;
    this.#acOnWire = options.side === "server";
    this.idle = new IdleProbes(this, options);
    this.earlier = new EarlierSessions(options, this.table, this.outlet);
    const { proofSecret: secret } = options;
    this.proofs = secret === undefined ? undefined : new SessionProofs(secret);
  }

  /** Milliseconds of the clock. */
  now(): number {
    return this.#options.now();
  }

  /** Whether the AC, rather than the customers, is on our wire. */
  get acOnWire(): boolean {
    return this.#acOnWire;
  }

  /** Returns the session that a frame from the wire belongs to. */
  sessionOf(view: DataView, at: number): Session | undefined {
    const index = this.table.lookup(view, at);
    return index < 0 ? undefined : this.table.sessions[index];
  }

  /** Returns a peer's session with this handle. */
  sessionByHandle(peer: Peer, handle: number): Session | undefined {
    return this.table.sessions[peer.handles[handle] - 1];
  }

  /** Opens a session whose customer started to ask at `began`. */
  open(session: Omit<Session, "index" | "openedAt">, began?: number): Session {
    const opened = this.#add({ ...session, openedAt: this.#options.now() });
    if (began !== undefined) this.discoveryStats.opened(opened.openedAt - began);
    this.#options.observe(opened, undefined, this.table);
    return opened;
  }

  /** Restarts the measurement of an AC's silence, which could not be heard without a tunnel. */
  resumed(session: Session): void {
    this.table.counters[session.index * COUNTERS + AC_HEARD] = this.#options.now();
  }

  /** Restores an earlier process's session silently; returns false if it conflicts. */
  restore(session: Omit<Session, "index">, counters: readonly number[]): boolean {
    const { peer, handle, remote, local, wireSessionId } = session;
    const taken = this.table.find(remote, local, wireSessionId) >= 0;
    // The AC may since have given the id to this machine's kernel, whose frames are not the
    // customer's.
    const isHosts = this.#acOnWire && this.outlet.isHosts(remote, wireSessionId, true);
    if (taken || isHosts || peer.handles[handle] !== 0) return false;
    const added = this.#add(session);
    if (this.#acOnWire) this.earlier.restored(added);
    this.restored?.(added);
    const { index } = added;
    this.table.counters.set([...counters, this.#options.now()], index * COUNTERS);
    return true;
  }

  #add(session: Omit<Session, "index">): Session {
    const added = this.table.add((index) => ({ ...session, index }));
    added.peer.handles[added.handle] = added.index + 1;
    added.peer.known[added.handle] = Known.used;
    added.peer.endings.opened(added.handle);
    added.peer.sessions++;
    const { customer, peer: { customers } } = added;
    const theirs = customers.get(customer);
    if (theirs === undefined) customers.set(customer, new Set([added]));
    else theirs.add(added);
    this.lcp.add(added.index);
    this.opened?.(added);
    return added;
  }

  /**
   * Ends a session and sends a PADT to the sides that have not learned of it (RFC 2516 section
   * 5.5). A peer without a tunnel is notified when it resumes. `detail` says on which side it ended
   * first, by default on ours, and has the tags of its PADT, which are forwarded.
   */
  close(
    session: Session,
    end: SessionEnd,
    notify: Notify,
    { side = this.#options.side, tags = NO_TAGS }: Partial<EndDetail> = {},
  ): void {
    if (this.table.sessions[session.index] !== session) return;
    this.table.remove(session);
    const host = end === "lcp-terminated" ? this.lcp.terminatedBy(session.index) : undefined;
    this.lcp.remove(session.index);
    this.idle.remove(session);
    session.peer.handles[session.handle] = 0;
    session.peer.sessions--;
    const { customer, peer: { customers } } = session;
    const theirs = customers.get(customer);
    theirs?.delete(session);
    if (theirs?.size === 0) customers.delete(customer);
    // Recorded first: a side notified by us must not be notified again by the next process.
    this.#options.observe(session, end, this.table, { side, tags, ...(host && { host }) });
    if (notify.wire && !this.earlier.endAsOrphan(session)) {
      this.outlet.packetToWire(session, CODE_PADT, tags);
    }
    session.peer.endings.note(session.handle, END_CODES[end]);
    if (notify.tunnel) this.#notifyPeer(session, end, tags);
  }

  /** Sends the peer a session's end: the reason, unless a PADT alone means it, and the PADT. */
  #notifyPeer(session: Session, end: SessionEnd, tags: Uint8Array): void {
    const { peer, handle } = session;
    if (peer.tunnel === undefined) return peer.endings.untold(handle);
    if (end !== (this.#acOnWire ? "padt-ac" : "padt-customer")) {
      reportEnded(peer.tunnel, [{ handle, code: END_CODES[end] }]);
    }
    this.outlet.packetToTunnel(session, CODE_PADT, tags);
  }

  /** Ends all sessions of a peer. */
  closeAll(peer: Peer, end: SessionEnd, notify: Notify, detail?: Partial<EndDetail>): void {
    for (const session of this.table) {
      if (session.peer === peer) this.close(session, end, notify, detail);
    }
  }
}
