import { findMagicNumber, isWholeLcp, LCP_HEADER, LcpCode } from "../pppoe/lcp.ts";

/** Sample that stands for no round trip yet. */
const NONE = 0;
/** No Echo-Request is under way; identifiers have 8 bits. */
const NO_ECHO = 0x100;

/**
 * What is seen of the sessions' LCP on its way (RFC 1661 section 5): that a peer terminates the
 * link, and how long the AC takes for the customer's echoes. By session index, nothing allocated a
 * frame.
 *
 * A link is over when a Terminate-Request or -Ack passes and only LCP follows, without a
 * Configure-Request: that one, like any other protocol, means that the link is being negotiated anew
 * (RFC 1661 section 4.1), or was under way. Then the next Terminate counts.
 */
export class LcpWatch {
  /** Sessions whose link was terminated, and when: milliseconds of the clock. */
  #terminated = new Map<number, number>();
  /** Identifier of the customer's last Echo-Request, and when it passed. */
  #echo = new Uint16Array(0);
  #echoAt = new Float64Array(0);
  /** Milliseconds that the AC took for the last answer. */
  #roundTrip = new Float32Array(0);
  /** The customer's Magic-Number as last seen, or 0 (RFC 1661 section 6.4). */
  #magic = new Uint32Array(0);
  #now: () => number;

  /** `now` gives milliseconds of a steady clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether a link was terminated whose session is still there. */
  get isLingering(): boolean {
    return this.#terminated.size > 0;
  }

  /** A new session has this index. */
  add(index: number): void {
    this.#reserve(index);
    this.#echo[index] = NO_ECHO;
    this.#roundTrip[index] = NONE;
    this.#magic[index] = 0;
  }

  /** A session has ended. */
  remove(index: number): void {
    this.#terminated.delete(index);
  }

  /** A frame that is no LCP: the link goes on. Matters only while one `isLingering`. */
  traffic(index: number): void {
    this.#terminated.delete(index);
  }

  /** An LCP packet of `length` bytes at `at`, protocol field included. */
  packet(index: number, bytes: Uint8Array, at: number, length: number, toAc: boolean): void {
    if (!isWholeLcp(bytes, at, length)) return;
    const code = bytes[at + 2];
    if (toAc) this.#noteMagic(index, code, bytes, at, length);
    if (code === LcpCode.terminateRequest || code === LcpCode.terminateAck) {
      if (!this.#terminated.has(index)) this.#terminated.set(index, this.#now());
      return;
    }
    if (code === LcpCode.configureRequest) return void this.#terminated.delete(index);
    if (toAc && code === LcpCode.echoRequest) {
      this.#echo[index] = bytes[at + 3];
      this.#echoAt[index] = this.#now();
    } else if (!toAc && code === LcpCode.echoReply && this.#echo[index] === bytes[at + 3]) {
      this.#echo[index] = NO_ECHO;
      // A clock too coarse to tell is no reason to say that nothing was heard.
      this.#roundTrip[index] = Math.max(this.#now() - this.#echoAt[index], 1e-3);
    }
  }

  /** The number that the customer's LCP packets to the AC bear. */
  magicNumber(index: number): number {
    return this.#magic[index] ?? 0;
  }

  /** Milliseconds from the customer's last Echo-Request that was answered to the AC's reply. */
  roundTrip(index: number): number | undefined {
    const sample = this.#roundTrip[index] ?? NONE;
    return sample === NONE ? undefined : sample;
  }

  /** Indices of the sessions whose link was terminated `linger` milliseconds ago or earlier. */
  over(linger: number): number[] {
    const latest = this.#now() - linger;
    return [...this.#terminated].filter(([, at]) => at <= latest).map(([index]) => index);
  }

  #noteMagic(index: number, code: number, bytes: Uint8Array, at: number, length: number): void {
    let from = -1;
    if (code === LcpCode.configureRequest) {
      from = findMagicNumber(bytes, at + LCP_HEADER, at + length);
    } else if (code === LcpCode.echoRequest || code === LcpCode.echoReply) {
      from = length < LCP_HEADER + 4 ? -1 : at + LCP_HEADER;
    }
    if (from < 0) return;
    this.#magic[index] = bytes[from] << 24 | bytes[from + 1] << 16 | bytes[from + 2] << 8 |
      bytes[from + 3];
  }

  #reserve(index: number): void {
    if (index < this.#echo.length) return;
    const capacity = Math.max(16, index * 2);
    this.#echo = grown(new Uint16Array(capacity), this.#echo);
    this.#echoAt = grown(new Float64Array(capacity), this.#echoAt);
    this.#roundTrip = grown(new Float32Array(capacity), this.#roundTrip);
    this.#magic = grown(new Uint32Array(capacity), this.#magic);
  }
}

function grown<T extends Float64Array | Float32Array | Uint32Array | Uint16Array>(
  larger: T,
  old: T,
): T {
  larger.set(old);
  return larger;
}
