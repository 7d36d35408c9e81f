import { ETHERTYPE_SESSION, SESSION_HEADER } from "../../pppoe/constants.ts";
import { writeMac } from "../../pppoe/mac.ts";
import { FrameTable } from "./frame_table.ts";
import { PeerNumbers } from "./peer_numbers.ts";
import type { Peer, Session } from "./session.ts";

/** Words of a preformatted header: 14 bytes of Ethernet and 6 of PPPoE. */
export const HEADER_WORDS = SESSION_HEADER / 4;

/**
 * Numbers per session, in `SessionTable.counters` at `index * COUNTERS`. 64 bytes, of which those
 * that a frame needs share one line of the cache: V8's arrays begin 16 bytes after a line does.
 */
export const COUNTERS = 8;
export const FRAMES_FROM_WIRE = 0;
export const BYTES_FROM_WIRE = 1;
export const FRAMES_TO_WIRE = 2;
export const BYTES_TO_WIRE = 3;
/** When the AC was last heard, in milliseconds of the clock. */
export const AC_HEARD = 4;
/** Where its frames go: the peer's number times 0x10000, plus the handle. */
const ROUTE = 5;

/**
 * The open sessions of one link. Data needed per session frame is in typed arrays by session index;
 * the rest, for the slow paths, is in `Session`.
 */
export class SessionTable {
  /** Sessions by index. */
  readonly sessions: (Session | undefined)[] = [];
  /** Headers towards this side's wire by index, {@linkcode HEADER_WORDS} words each. */
  headers = new Uint32Array(0);
  /** The same memory, to set a frame's LENGTH. */
  headersView = new DataView(this.headers.buffer);
  counters = new Float64Array(0);
  #etherType: number;
  #frames = new FrameTable();
  #free: number[] = [];
  #peers = new PeerNumbers();

  /** `etherType` is that of session frames on this side's wire. */
  constructor(etherType = ETHERTYPE_SESSION) {
    this.#etherType = etherType;
  }

  /** Number of open sessions. */
  get size(): number {
    return this.#frames.size;
  }

  /** Returns the index of the session that the frame at `at` belongs to, or -1. */
  lookup(view: DataView, at: number): number {
    return this.#frames.lookup(view, at);
  }

  /**
   * Returns the index of the session of frames from `remote` to `local` with this session id, or
   * -1.
   */
  find(remote: number, local: number, sessionId: number): number {
    const head = this.#head(remote, local, sessionId);
    return this.#frames.lookup(head, 0);
  }

  /** The handle of the session with this index. */
  handleOf(index: number): number {
    return this.counters[index * COUNTERS + ROUTE] & 0xffff;
  }

  /** The peer of the session with this index; undefined if there is none. */
  peerOf(index: number): Peer | undefined {
    return this.#peers.peers[this.counters[index * COUNTERS + ROUTE] >>> 16];
  }

  /** Adds the session that `make` builds for a free index. */
  add(make: (index: number) => Session): Session {
    const index = this.#free.pop() ?? this.sessions.length;
    const session = make(index);
    this.#reserve(index);
    this.sessions[index] = session;
    this.#frames.insert(this.#key(session), 0, index);
    // Towards the wire, source and destination are swapped.
    const header = this.#head(session.local, session.remote, session.wireSessionId);
    new Uint8Array(this.headers.buffer).set(
      new Uint8Array(header.buffer),
      index * SESSION_HEADER,
    );
    this.counters.fill(0, index * COUNTERS, (index + 1) * COUNTERS);
    this.counters[index * COUNTERS + AC_HEARD] = session.openedAt;
    const number = this.#peers.enter(session.peer);
    this.counters[index * COUNTERS + ROUTE] = number * 0x10000 + session.handle;
    return session;
  }

  /** Removes a session. */
  remove(session: Session): void {
    if (this.sessions[session.index] !== session) return;
    this.#frames.remove(this.#key(session), 0);
    this.#peers.leave(session.peer);
    this.sessions[session.index] = undefined;
    this.#free.push(session.index);
  }

  /** Yields the open sessions, in no particular order. */
  *[Symbol.iterator](): Iterator<Session> {
    for (const session of this.sessions) if (session !== undefined) yield session;
  }

  #key(session: Session): DataView {
    return this.#head(session.remote, session.local, session.wireSessionId);
  }

  /** Returns a session frame's first 20 bytes, LENGTH 0. */
  #head(source: number, destination: number, sessionId: number): DataView {
    const bytes = new Uint8Array(SESSION_HEADER);
    const view = new DataView(bytes.buffer);
    writeMac(bytes, 0, destination);
    writeMac(bytes, 6, source);
    view.setUint16(12, this.#etherType);
    view.setUint16(14, 0x1100); // VER 1, TYPE 1, CODE 0 (RFC 2516 section 4)
    view.setUint16(16, sessionId);
    return view;
  }

  #reserve(index: number): void {
    if ((index + 1) * COUNTERS <= this.counters.length) return;
    const capacity = Math.max(16, index * 2);
    const headers = new Uint32Array(capacity * HEADER_WORDS);
    headers.set(this.headers);
    const counters = new Float64Array(capacity * COUNTERS);
    counters.set(this.counters);
    this.headers = headers;
    this.headersView = new DataView(headers.buffer);
    this.counters = counters;
  }
}
