import type { WatchedSessions } from "./watched_sessions.ts";
import { SESSION_HEADER } from "../../pppoe/constants.ts";
import { LCP_HEADER, LcpCode } from "../../pppoe/lcp.ts";
import type { ProxyOptions } from "./proxy_options.ts";
import type { Session } from "./session.ts";

/** Length of the data that distinguishes replies to us from the customer's, in bytes. */
const NONCE = 8;
/** Protocol, LCP's header, Magic-Number and nonce. */
const LENGTH = LCP_HEADER + 4 + NONCE;

/** Minimum Ethernet frame, without its check sequence (IEEE 802.3), in bytes. */
const MIN_FRAME = 60;

/** Dependencies of {@linkcode EchoQuestions}. */
export type EchoOptions = Pick<ProxyOptions, "link" | "randomBytes">;

/**
 * Asks ACs whether they still have a session, with an LCP Echo-Request in the customer's name: a
 * host whose LCP is open must answer (RFC 1661 section 5.8), and the reply carries the request's
 * data, which distinguishes it from replies to the customer's own echoes.
 */
export class EchoQuestions {
  #sessions: WatchedSessions;
  #options: EchoOptions;

  constructor(sessions: WatchedSessions, options: EchoOptions) {
    this.#sessions = sessions;
    this.#options = options;
  }

  /** Returns a nonce that identifies the replies to one question. */
  nonce(): Uint8Array {
    return this.#options.randomBytes(NONCE);
  }

  /** Sends an Echo-Request to a session's AC; returns false if it is unreachable. */
  ask(session: Session, nonce: Uint8Array, identifier: number): boolean {
    const packet = new Uint8Array(LENGTH);
    const view = new DataView(packet.buffer);
    view.setUint16(0, 0xc021);
    packet[2] = LcpCode.echoRequest;
    packet[3] = identifier;
    view.setUint16(4, LENGTH - 2);
    view.setUint32(6, this.#sessions.lcp.magicNumber(session.index));
    packet.set(nonce, LENGTH - NONCE);
    return this.#send(session, packet);
  }

  /**
   * Whether a question sent at this time has reached the AC's side, so that silence since is the
   * AC's: a question in a stalled tunnel has not been asked.
   */
  hasReached({ peer }: Session, askedAt: number): boolean {
    return this.#sessions.acOnWire || peer.tunnel?.path.isProven(askedAt) === true;
  }

  #send(session: Session, packet: Uint8Array): boolean {
    const { acOnWire, table, tap } = this.#sessions;
    const { peer, handle, index } = session;
    const { length } = packet;
    if (!acOnWire && peer.tunnel === undefined) return false;
    tap?.session(acOnWire ? "wire" : "tunnel", "out", session, packet, 0, length);
    if (peer.tunnel !== undefined && !acOnWire) {
      this.#sessions.writers.touch(peer);
      const isSent = peer.tunnel.writer.session(handle, packet, 0, length);
      peer.tunnel.path.prove();
      return isSent;
    }
    const frame = new Uint8Array(Math.max(MIN_FRAME, SESSION_HEADER + length));
    frame.set(new Uint8Array(table.headers.buffer, index * SESSION_HEADER, SESSION_HEADER));
    new DataView(frame.buffer).setUint16(18, length);
    frame.set(packet, SESSION_HEADER);
    this.#options.link.send(frame);
    return true;
  }
}

/**
 * Whether the LCP packet of `length` bytes at `at`, protocol included, is a reply to this nonce.
 */
export function isReplyTo(
  nonce: Uint8Array | undefined,
  bytes: Uint8Array,
  at: number,
  length: number,
): boolean {
  if (nonce === undefined || length < LENGTH || bytes[at + 2] !== LcpCode.echoReply) return false;
  return nonce.every((byte, i) => bytes[at + LENGTH - NONCE + i] === byte);
}
