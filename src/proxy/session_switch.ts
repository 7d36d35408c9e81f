import type { Link } from "../../ffi/link.ts";
import { CODE_PADT, SESSION_HEADER } from "../pppoe/constants.ts";
import { isLcp } from "../pppoe/lcp.ts";
import { isPppFrame } from "../pppoe/ppp.ts";
import { payloadLength, sessionFault } from "../pppoe/session_frame.ts";
import type { RecordBuffer } from "../tunnel/record_reader.ts";
import { DiscoveryOutlet, type OutletOptions } from "./discovery_outlet.ts";
import type { Drops } from "./drops.ts";
import { type EarlierOptions, EarlierSessions } from "./earlier_sessions.ts";
import type { FrameTap } from "./frame_tap.ts";
import { IdleProbes } from "./idle_probes.ts";
import { LcpWatch } from "./lcp_watch.ts";
import type { ProxyOptions } from "./proxy_options.ts";
import { Known, type Member, type Session, type SessionEnd } from "./session.ts";
import { SessionProofs } from "./session_proof.ts";
import {
  AC_HEARD,
  BYTES_FROM_WIRE,
  BYTES_TO_WIRE,
  COUNTERS,
  FRAMES_FROM_WIRE,
  FRAMES_TO_WIRE,
  HEADER_WORDS,
  SessionTable,
} from "./session_table.ts";
import { Tallies } from "./tallies.ts";

/** Dependencies of a switch. The AC is on the server's wire, the customers on the client's. */
export interface SwitchOptions
  extends OutletOptions, EarlierOptions, Pick<ProxyOptions, "proofSecret" | "randomBytes"> {
  /** Called for every session that opens or ends; the table still has its counters. */
  observe: (session: Session, end: SessionEnd | undefined, table: SessionTable) => void;
}

/** The sides that are notified of a session's end. */
export interface Tell {
  wire: boolean;
  tunnel: boolean;
}

/** Both sides, because neither has ended it. */
export const TELL_BOTH: Tell = { wire: true, tunnel: true };

const NO_TAGS = new Uint8Array(0);

/**
 * Forwards the frames of open sessions between one link and the tunnels, in both directions, and
 * ends sessions. Identical on both sides of the tunnel; discovery differs and is handled elsewhere.
 */
export class SessionSwitch {
  readonly table: SessionTable;
  readonly drops: Drops;
  readonly tallies = new Tallies();
  readonly outlet: DiscoveryOutlet;
  /** Receives every frame while captures run. */
  tap: FrameTap | undefined;
  /** Whether new sessions are refused; open ones continue. */
  draining = false;
  readonly lcp: LcpWatch;
  /** Checks whether the ACs of silent sessions still have them. */
  readonly idle: IdleProbes;
  readonly earlier: EarlierSessions;
  /** Proofs of sessions, if a secret is configured for them. */
  readonly proofs: SessionProofs | undefined;
  /** Called for each restored session of an earlier process. */
  restored: ((session: Session) => void) | undefined;
  /** Called when a session opens, for its place on the wire. */
  opened: ((session: Session) => void) | undefined;
  #options: SwitchOptions;
  #link: Link;
  /** Peers with frames in this batch, and in the last one. */
  #touched: Member[] = [];
  #served: Member[] = [];
  #acOnWire: boolean;
  /** Time of the clock in milliseconds, read once per batch. */
  #batchTime: number;

  constructor(options: SwitchOptions) {
    this.table = new SessionTable(options.etherTypes[1]);
    this.drops = options.drops;
    this.lcp = new LcpWatch(options.now);
    this.outlet = new DiscoveryOutlet(options, this.tallies, () => this.tap);
    this.#options = options;
    this.#link = options.link;
    this.#acOnWire = options.side === "server";
    this.#batchTime = options.now();
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

  /** Forwards a session frame of `length` bytes at `at` from the wire to its tunnel. */
  fromWire(bytes: Uint8Array, view: DataView, at: number, length: number): void {
    const fault = sessionFault(view, at, length);
    if (fault !== undefined) return this.drops.count(fault);
    const index = this.table.lookup(view, at);
    const session = index < 0 ? undefined : this.table.sessions[index];
    if (session === undefined) {
      this.earlier.stray(view, at);
      return this.drops.count("session-unknown");
    }
    const payload = payloadLength(view, at); // any padding after it is not forwarded
    const body = at + SESSION_HEADER;
    if (!isPppFrame(bytes, body, payload)) return this.drops.count("ppp-short");
    const { member, handle } = session;
    const writer = member.tunnel?.writer;
    this.tap?.session("wire", "in", session, bytes, body, payload);
    if (this.#acOnWire) this.#heard(index);
    if (writer === undefined) return this.drops.count("no-tunnel");
    if (this.#watch(session, bytes, body, payload, !this.#acOnWire)) return;
    this.touch(member);
    if (!writer.session(handle, bytes, body, payload)) return this.drops.count("queue-full");
    this.tap?.session("tunnel", "out", session, bytes, body, payload);
    const counter = index * COUNTERS;
    this.table.counters[counter + FRAMES_FROM_WIRE]++;
    this.table.counters[counter + BYTES_FROM_WIRE] += payload;
  }

  /** Forwards a session payload in `buffer` from a tunnel to the wire; false if dropped. */
  fromTunnel(
    member: Member,
    buffer: RecordBuffer,
    handle: number,
    offset: number,
    length: number,
  ): boolean {
    const index = member.handles[handle] - 1;
    if (index < 0) return this.drops.refuse("session-unknown");
    if (!isPppFrame(buffer.bytes, offset, length)) return this.drops.refuse("ppp-short");
    if (this.tap !== undefined) this.#show(index, buffer.bytes, offset, length);
    if (!this.#acOnWire) this.#heard(index);
    const session = this.table.sessions[index];
    if (session === undefined) return false;
    if (this.#watch(session, buffer.bytes, offset, length, this.#acOnWire)) return true;
    this.table.headersView.setUint16(index * SESSION_HEADER + 18, length);
    this.#link.queue(this.table.headers, index * HEADER_WORDS, buffer, offset, length);
    const counter = index * COUNTERS;
    this.table.counters[counter + FRAMES_TO_WIRE]++;
    this.table.counters[counter + BYTES_TO_WIRE] += length;
    return true;
  }

  /** Records that the AC was heard. */
  #heard(index: number): void {
    this.table.counters[index * COUNTERS + AC_HEARD] = this.#batchTime;
  }

  /** Shows a frame from a tunnel to the wire to the captures. */
  #show(index: number, bytes: Uint8Array, at: number, length: number): void {
    const session = this.table.sessions[index];
    if (session === undefined) return;
    this.tap?.session("tunnel", "in", session, bytes, at, length);
    this.tap?.session("wire", "out", session, bytes, at, length);
  }

  /** Inspects a frame's PPP, `length` bytes at `at`; returns whether it was only for us. */
  #watch(session: Session, bytes: Uint8Array, at: number, length: number, toAc: boolean): boolean {
    if (isLcp(bytes, at, length)) {
      if (!toAc && this.idle.isAsking && this.idle.takes(session, bytes, at, length)) return true;
      this.lcp.packet(session.index, bytes, at, length, toAc);
    } else if (this.lcp.isLingering) {
      this.lcp.traffic(session.index);
    }
    return false;
  }

  /** Returns the session that a frame from the wire belongs to. */
  sessionOf(view: DataView, at: number): Session | undefined {
    const index = this.table.lookup(view, at);
    return index < 0 ? undefined : this.table.sessions[index];
  }

  /** Returns a peer's session with this handle. */
  sessionByHandle(member: Member, handle: number): Session | undefined {
    return this.table.sessions[member.handles[handle] - 1];
  }

  /** Opens a session whose customer started to ask at `began`. */
  open(session: Omit<Session, "index" | "openedAt">, began?: number): Session {
    const opened = this.#add({ ...session, openedAt: this.#options.now() });
    if (began !== undefined) this.tallies.opened(opened.openedAt - began);
    this.#options.observe(opened, undefined, this.table);
    return opened;
  }

  /** Restarts the measurement of an AC's silence, which could not be heard without a tunnel. */
  resumed(session: Session): void {
    this.table.counters[session.index * COUNTERS + AC_HEARD] = this.#options.now();
  }

  /** Restores an earlier process's session silently; returns false if it conflicts. */
  restore(session: Omit<Session, "index">, counters: readonly number[]): boolean {
    const { member, handle, remote, local, wireSessionId } = session;
    const taken = this.table.find(remote, local, wireSessionId) >= 0;
    // The AC may since have given the id to this machine's kernel, whose frames are not the
    // customer's.
    const isHosts = this.#acOnWire && this.outlet.isHosts(remote, wireSessionId, true);
    if (taken || isHosts || member.handles[handle] !== 0) return false;
    const added = this.#add(session);
    if (this.#acOnWire) this.earlier.restored(added);
    this.restored?.(added);
    const { index } = added;
    this.table.counters.set([...counters, this.#options.now()], index * COUNTERS);
    return true;
  }

  #add(session: Omit<Session, "index">): Session {
    const added = this.table.add((index) => ({ ...session, index }));
    added.member.handles[added.handle] = added.index + 1;
    added.member.known[added.handle] = Known.used;
    added.member.sessions++;
    const { customer, member: { customers } } = added;
    const theirs = customers.get(customer);
    if (theirs === undefined) customers.set(customer, new Set([added]));
    else theirs.add(added);
    this.lcp.add(added.index);
    this.opened?.(added);
    return added;
  }

  /**
   * Ends a session and sends a PADT to the sides that have not learned of it (RFC 2516 section
   * 5.5). A peer without a tunnel is notified when it resumes.
   */
  close(session: Session, end: SessionEnd, tell: Tell, tags: Uint8Array = NO_TAGS): void {
    if (this.table.sessions[session.index] !== session) return;
    this.table.remove(session);
    this.lcp.remove(session.index);
    this.idle.remove(session);
    session.member.handles[session.handle] = 0;
    session.member.sessions--;
    const { customer, member: { customers } } = session;
    const theirs = customers.get(customer);
    theirs?.delete(session);
    if (theirs?.size === 0) customers.delete(customer);
    // Recorded first: a side notified by us must not be notified again by the next process.
    this.#options.observe(session, end, this.table);
    if (tell.wire && !this.earlier.takeLeave(session)) {
      this.outlet.packetToWire(session, CODE_PADT, tags);
    }
    if (tell.tunnel && session.member.tunnel !== undefined) {
      this.outlet.packetToTunnel(session, CODE_PADT, tags);
    }
  }

  /** Ends all sessions of a peer. */
  closeAll(member: Member, end: SessionEnd, tell: Tell): void {
    for (const session of this.table) {
      if (session.member === member) this.close(session, end, tell);
    }
  }

  /** Marks a peer's writer for flushing at the end of the batch. */
  touch(member: Member): void {
    if (member.touched) return;
    member.touched = true;
    member.tunnel?.writer.beginBatch();
    this.#touched.push(member);
  }

  /** Flushes the tunnels: the link has no more frames for now. */
  wireBatchEnd(): void {
    for (const member of this.#touched) {
      member.touched = false;
      member.tunnel?.writer.flush();
    }
    [this.#touched, this.#served] = [this.#served, this.#touched];
    this.#touched.length = 0;
    this.#batchTime = this.#options.now();
  }

  /** Whether all tunnels used by the last batch are full at the moment. */
  get isFull(): boolean {
    return this.#served.length > 0 &&
      this.#served.every(({ tunnel }) => tunnel?.writer.isFull === true);
  }

  /** Flushes the wire: the tunnel has no more records for now. */
  tunnelBatchEnd(): void {
    this.#link.flush();
    this.#batchTime = this.#options.now();
  }
}
