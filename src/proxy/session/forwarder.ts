import type { Link } from "../../../ffi/link/link.ts";
import { SESSION_HEADER } from "../../pppoe/constants.ts";
import { isAuthentication } from "../../pppoe/authentication.ts";
import { isLcp } from "../../pppoe/lcp.ts";
import { isPppFrame } from "../../pppoe/ppp.ts";
import { payloadLength, sessionFault } from "../../pppoe/session_frame.ts";
import type { RecordBuffer } from "../../tunnel/record/record_reader.ts";
import type { Direction, TapPoint } from "./frame_tap.ts";
import type { Peer } from "./session.ts";
import {
  AC_HEARD,
  BYTES_FROM_WIRE,
  BYTES_TO_WIRE,
  COUNTERS,
  FRAMES_FROM_WIRE,
  FRAMES_TO_WIRE,
  HEADER_WORDS,
} from "./session_table.ts";
import type { Sessions } from "./sessions.ts";

/**
 * Forwards the frames of open sessions between one link and the tunnels, in both directions.
 * Identical on both sides of the tunnel; discovery differs and is handled elsewhere.
 */
export class SessionForwarder {
  #sessions: Sessions;
  #link: Link;
  #acOnWire: boolean;
  /** Time of the clock in milliseconds, read once per batch in which the AC is heard. */
  #batchTime = 0;
  #isTimeKnown = false;

  constructor(sessions: Sessions, link: Link) {
    this.#sessions = sessions;
    this.#link = link;
    this.#acOnWire = sessions.acOnWire;
  }

  /** Forwards a session frame of `length` bytes at `at` from the wire to its tunnel. */
  fromWire(bytes: Uint8Array, view: DataView, at: number, length: number): void {
    const fault = sessionFault(view, at, length);
    if (fault !== undefined) return this.#sessions.drops.count(fault);
    const { table } = this.#sessions;
    const index = table.lookup(view, at);
    const peer = index < 0 ? undefined : table.peerOf(index);
    if (peer === undefined) {
      this.#sessions.earlier.stray(view, at);
      return this.#sessions.drops.count("session-unknown");
    }
    const payload = payloadLength(view, at); // any padding after it is not forwarded
    const body = at + SESSION_HEADER;
    if (!isPppFrame(bytes, body, payload)) return this.#sessions.drops.count("ppp-short");
    const writer = peer.tunnel?.writer;
    this.#show(index, "wire", "in", bytes, body, payload);
    if (this.#acOnWire) this.#heard(index);
    if (writer === undefined) {
      if (this.#acOnWire) this.#sessions.lcp.forgetEcho(index); // the frame may be the answer
      return this.#sessions.drops.count("no-tunnel");
    }
    if (this.#watch(index, bytes, body, payload, !this.#acOnWire)) return;
    this.#sessions.writers.touch(peer);
    if (!writer.session(table.handleOf(index), bytes, body, payload)) {
      return this.#sessions.drops.count("queue-full");
    }
    this.#show(index, "tunnel", "out", bytes, body, payload);
    const counter = index * COUNTERS;
    table.counters[counter + FRAMES_FROM_WIRE]++;
    table.counters[counter + BYTES_FROM_WIRE] += payload;
  }

  /** Forwards a session payload in `buffer` from a tunnel to the wire; false if dropped. */
  fromTunnel(
    peer: Peer,
    buffer: RecordBuffer,
    handle: number,
    offset: number,
    length: number,
  ): boolean {
    const index = peer.handles[handle] - 1;
    if (index < 0) return this.#sessions.drops.refuse("session-unknown");
    if (!isPppFrame(buffer.bytes, offset, length)) return this.#sessions.drops.refuse("ppp-short");
    this.#show(index, "tunnel", "in", buffer.bytes, offset, length);
    this.#show(index, "wire", "out", buffer.bytes, offset, length);
    if (!this.#acOnWire) this.#heard(index);
    if (this.#watch(index, buffer.bytes, offset, length, this.#acOnWire)) return true;
    this.#sessions.table.headersView.setUint16(index * SESSION_HEADER + 18, length);
    this.#link.queue(this.#sessions.table.headers, index * HEADER_WORDS, buffer, offset, length);
    const counter = index * COUNTERS;
    this.#sessions.table.counters[counter + FRAMES_TO_WIRE]++;
    this.#sessions.table.counters[counter + BYTES_TO_WIRE] += length;
    return true;
  }

  /** Records that the AC was heard. */
  #heard(index: number): void {
    if (!this.#isTimeKnown) {
      this.#batchTime = this.#sessions.now();
      this.#isTimeKnown = true;
    }
    this.#sessions.table.counters[index * COUNTERS + AC_HEARD] = this.#batchTime;
  }

  /** Shows a frame's payload, `bytes[at, at + length)`, to the captures. */
  #show(
    index: number,
    place: TapPoint,
    way: Direction,
    bytes: Uint8Array,
    at: number,
    length: number,
  ): void {
    const { tap, table } = this.#sessions;
    if (tap === undefined) return;
    const session = table.sessions[index];
    if (session !== undefined) tap.session(place, way, session, bytes, at, length);
  }

  /**
   * Inspects a frame's PPP, `length` bytes at `at`; returns whether it was only for us. Of a session
   * only its index is needed, unless it negotiates: its object is seldom in the cache.
   */
  #watch(index: number, bytes: Uint8Array, at: number, length: number, toAc: boolean): boolean {
    const { lcp, idle } = this.#sessions;
    if (isLcp(bytes, at, length)) {
      if (!toAc && idle.isAsking && this.#isAnswer(index, bytes, at, length)) return true;
      lcp.packet(index, bytes, at, length, toAc);
      return false;
    }
    if (lcp.isLingering) lcp.traffic(index);
    if (!toAc && isAuthentication(bytes, at, length)) {
      const session = this.#sessions.table.sessions[index];
      if (session !== undefined) this.#sessions.logins.packet(session, bytes, at, length);
    }
    return false;
  }

  /** Whether an LCP packet of the AC answers our question. */
  #isAnswer(index: number, bytes: Uint8Array, at: number, length: number): boolean {
    const session = this.#sessions.table.sessions[index];
    return session !== undefined && this.#sessions.idle.takes(session, bytes, at, length);
  }

  /** Flushes the tunnels: the link has no more frames for now. */
  flushTunnels(): void {
    this.#sessions.writers.flush();
    this.#isTimeKnown = false;
  }

  /** Flushes the wire: the tunnel has no more records for now. */
  flushWire(): void {
    this.#link.flush();
    this.#isTimeKnown = false;
  }
}
