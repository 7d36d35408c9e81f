import { isControlProtocol, pppProtocol } from "../../pppoe/ppp.ts";

/** LCP's protocol, and its codes that nothing depends on: Echo and Discard (RFC 1661 section 5). */
const LCP = 0xc021;
const ECHO_REQUEST = 9;
const DISCARD_REQUEST = 11;
/** Minimum time between two marks, in milliseconds: a peer answers 16 pings per second. */
const MARK_EVERY = 100;
/** Length of a mark, and its first word, by which it differs from a keepalive ping. */
const MARK_BYTES = 8;
const MARK = 0x6d61726b;

/**
 * Decides which session frames go on the stream, so that none overtakes what it needs:
 *
 * - all PPP control: LCP, authentication, NCPs;
 * - all data of a session whose PADS the peer may not have yet, until the peer has sent data of it;
 * - all data behind PPP control that changes the session, until a mark after that has come back. A
 *   mark is a ping on the stream; one covers all sessions.
 */
export class StreamOrder {
  /** By handle: whether the peer has sent data of it. */
  #shown = new Uint8Array(0x10000);
  /** By handle: the number of the mark after its latest control; 0 if there was none. */
  #awaited = new Uint32Array(0x10000);
  #sent = 0;
  #confirmed = 0;
  #isWanted = false;
  #sentAt = -Infinity;

  /** The peer may not know the session of this handle. */
  opened(handle: number): void {
    this.#shown[handle] = 0;
  }

  /** The peer has sent data of this handle, so it knows the session. */
  shown(handle: number): void {
    this.#shown[handle] = 1;
  }

  /** Whether a frame goes on the stream: the PPP frame of `length` bytes at `offset`. */
  takes(handle: number, source: Uint8Array, offset: number, length: number): boolean {
    const protocol = pppProtocol(source, offset, length);
    if (isControlProtocol(protocol)) {
      const code = length > 2 ? source[offset + 2] : 0;
      const isIdle = protocol === LCP && code >= ECHO_REQUEST && code <= DISCARD_REQUEST;
      if (!isIdle) {
        this.#awaited[handle] = this.#sent + 1;
        this.#isWanted = true;
      }
      return true;
    }
    return this.#shown[handle] === 0 || this.#awaited[handle] > this.#confirmed;
  }

  /** The body of the mark to send on the stream at `now`, behind everything; undefined if none. */
  mark(now: number): Uint8Array | undefined {
    if (!this.#isWanted || now - this.#sentAt < MARK_EVERY) return undefined;
    this.#isWanted = false;
    this.#sentAt = now;
    const body = new Uint8Array(MARK_BYTES);
    const view = new DataView(body.buffer);
    view.setUint32(0, MARK);
    view.setUint32(4, ++this.#sent);
    return body;
  }

  /** Handles an answer of the peer; false if it is none to a mark. */
  confirmed(body: Uint8Array): boolean {
    if (body.length !== MARK_BYTES) return false;
    const view = new DataView(body.buffer, body.byteOffset, MARK_BYTES);
    const number = view.getUint32(4);
    if (view.getUint32(0) !== MARK || number <= this.#confirmed || number > this.#sent) {
      return false;
    }
    this.#confirmed = number;
    return true;
  }
}
