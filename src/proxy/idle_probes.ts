import { SESSION_HEADER } from "../pppoe/constants.ts";
import { LCP_HEADER, LcpCode } from "../pppoe/lcp.ts";
import type { ProxyOptions } from "./proxy_options.ts";
import type { Session } from "./session.ts";
import { type SessionSwitch, TELL_BOTH } from "./session_switch.ts";
import { AC_HEARD, COUNTERS } from "./session_table.ts";

/** Questions to an AC before a session is given up. */
const TRIES = 3;
/** Between them, where the timeout is long enough. Milliseconds. */
const MAX_INTERVAL = 10_000;
/** Questions in one sweep, so that sessions that fell silent together are not asked together. */
const A_SWEEP = 200;
/** What tells our replies from the customer's. Bytes. */
const NONCE = 8;
/** Protocol, LCP's header, Magic-Number and nonce. */
const LENGTH = LCP_HEADER + 4 + NONCE;

/** Shortest Ethernet frame, without its check sequence (IEEE 802.3). */
const MIN_FRAME = 60;

/** What asking needs. */
export type IdleProbesOptions = Pick<ProxyOptions, "link" | "randomBytes">;

/** A question that is open. */
interface Probe {
  readonly nonce: Uint8Array;
  tries: number;
  askedAt: number;
}

/**
 * Finds sessions that their AC has lost. Silence alone proves nothing, so the AC is asked first, with
 * an LCP Echo-Request in the customer's name: a peer whose LCP is open has to answer (RFC 1661
 * section 5.8), and the reply carries the request's data, by which it is told from those of the
 * customer's own. Replies to us go no further.
 */
export class IdleProbes {
  #switch: SessionSwitch;
  #options: IdleProbesOptions;
  #open = new Map<Session, Probe>();

  constructor(sessions: SessionSwitch, options: IdleProbesOptions) {
    this.#switch = sessions;
    this.#options = options;
  }

  /** Whether questions are open. */
  get isAsking(): boolean {
    return this.#open.size > 0;
  }

  /** A session has ended. */
  remove(session: Session): void {
    this.#open.delete(session);
  }

  /**
   * Asks the ACs that have been silent for nearly `timeout` milliseconds, and ends the sessions whose
   * AC has been silent for all of it and has answered nothing. To be called about every second.
   */
  sweep(timeout: number): void {
    const interval = Math.min(MAX_INTERVAL, timeout / (2 * TRIES));
    const now = this.#switch.now();
    let left = A_SWEEP;
    for (const session of this.#switch.table) {
      const idle = now - this.#switch.table.counters[session.index * COUNTERS + AC_HEARD];
      const probe = this.#open.get(session);
      if (idle < timeout - TRIES * interval) {
        if (probe !== undefined) this.#open.delete(session);
      } else if (probe !== undefined && now - probe.askedAt < interval) {
        continue;
      } else if (probe === undefined || probe.tries < TRIES) {
        if (left > 0 && this.#ask(session, probe, now)) left--;
      } else if (idle >= timeout) {
        this.#switch.close(session, "idle", TELL_BOTH);
      }
    }
    if (left < A_SWEEP) this.#switch.wireBatchEnd();
  }

  /** Whether this LCP packet of the AC answers us: `length` bytes at `at`, protocol included. */
  takes(session: Session, bytes: Uint8Array, at: number, length: number): boolean {
    if (length < LENGTH || bytes[at + 2] !== LcpCode.echoReply) return false;
    const nonce = this.#open.get(session)?.nonce;
    return nonce !== undefined &&
      nonce.every((byte, i) => bytes[at + LENGTH - NONCE + i] === byte);
  }

  #ask(session: Session, open: Probe | undefined, now: number): boolean {
    const probe = open ?? { nonce: this.#options.randomBytes(NONCE), tries: 0, askedAt: 0 };
    const packet = new Uint8Array(LENGTH);
    const view = new DataView(packet.buffer);
    view.setUint16(0, 0xc021);
    packet[2] = LcpCode.echoRequest;
    packet[3] = probe.tries + 1;
    view.setUint16(4, LENGTH - 2);
    view.setUint32(6, this.#switch.lcp.magicNumber(session.index));
    packet.set(probe.nonce, LENGTH - NONCE);
    if (!this.#send(session, packet)) return false;
    probe.tries++;
    probe.askedAt = now;
    this.#open.set(session, probe);
    return true;
  }

  /** Sends a PPP packet to a session's AC; false where there is no way to it. */
  #send(session: Session, packet: Uint8Array): boolean {
    const { acOnWire, table, tap } = this.#switch;
    const { member, handle, index } = session;
    const { length } = packet;
    if (!acOnWire && member.tunnel === undefined) return false;
    tap?.session(acOnWire ? "wire" : "tunnel", "out", session, packet, 0, length);
    if (member.tunnel !== undefined && !acOnWire) {
      this.#switch.touch(member);
      return member.tunnel.writer.session(handle, packet, 0, length);
    }
    const frame = new Uint8Array(Math.max(MIN_FRAME, SESSION_HEADER + length));
    frame.set(new Uint8Array(table.headers.buffer, index * SESSION_HEADER, SESSION_HEADER));
    new DataView(frame.buffer).setUint16(18, length);
    frame.set(packet, SESSION_HEADER);
    this.#options.link.send(frame);
    return true;
  }
}
