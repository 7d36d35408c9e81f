import { findMagicNumber, isWholeLcp, LCP_HEADER, LcpCode } from "../../pppoe/lcp.ts";

/** No round trip measured yet. */
const NONE = 0;
/** No Echo-Request is outstanding; identifiers have 8 bits. */
const NO_ECHO = 0x100;

/** An end of a PPP link. */
type LinkHost = "customer" | "ac";

/**
 * Watches the sessions' LCP as it passes (RFC 1661 section 5): a terminated link, and how long the
 * AC takes to answer the customer's echoes. Indexed by session; allocates nothing per frame.
 *
 * A link is over when a Terminate-Request or -Ack passes and only LCP follows, without a
 * Configure-Request: that one, like any other protocol, means that the link is negotiated again
 * (RFC 1661 section 4.1) or that older frames were still in flight. The next Terminate then counts.
 */
export class LcpWatch {
  /** Sessions whose link was terminated: when, in milliseconds, and by which host. */
  #terminated = new Map<number, { readonly at: number; readonly by: LinkHost }>();
  /** Identifier of the customer's last Echo-Request, and when it passed. */
  #echo = new Uint16Array(0);
  #echoAt = new Float64Array(0);
  /** When the first of the Echo-Requests passed to which the AC has sent no reply at all. */
  #unansweredSince = new Float64Array(0);
  /** Time that the AC took for its last answer, in milliseconds. */
  #roundTrip = new Float32Array(0);
  /** The customer's last seen Magic-Number, or 0 (RFC 1661 section 6.4). */
  #magic = new Uint32Array(0);
  #now: () => number;

  /** `now` is a monotonic clock, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether a session is still open whose link was terminated. */
  get isLingering(): boolean {
    return this.#terminated.size > 0;
  }

  /** Starts watching a new session with this index. */
  add(index: number): void {
    this.#reserve(index);
    this.#echo[index] = NO_ECHO;
    this.#roundTrip[index] = NONE;
    this.#magic[index] = 0;
  }

  /** Removes an ended session. */
  remove(index: number): void {
    this.#terminated.delete(index);
  }

  /** Forgets the customer's last Echo-Request, whose answer may have been missed. */
  forgetEcho(index: number): void {
    this.#echo[index] = NO_ECHO;
  }

  /** Returns the host that has terminated a session's link, if one has. */
  terminatedBy(index: number): LinkHost | undefined {
    return this.#terminated.get(index)?.by;
  }

  /** Handles a frame other than LCP: the link continues. Needed only while `isLingering`. */
  traffic(index: number): void {
    this.#terminated.delete(index);
  }

  /** Handles an LCP packet of `length` bytes at `at`, protocol field included. */
  packet(index: number, bytes: Uint8Array, at: number, length: number, toAc: boolean): void {
    if (!isWholeLcp(bytes, at, length)) return;
    const code = bytes[at + 2];
    if (toAc) this.#noteMagic(index, code, bytes, at, length);
    if (code === LcpCode.terminateRequest || code === LcpCode.terminateAck) {
      if (this.#terminated.has(index)) return;
      const isFromCustomer = toAc === (code === LcpCode.terminateRequest);
      this.#terminated.set(index, { at: this.#now(), by: isFromCustomer ? "customer" : "ac" });
      return;
    }
    if (code === LcpCode.configureRequest) return void this.#terminated.delete(index);
    if (toAc && code === LcpCode.echoRequest) {
      this.#noteEcho(index, bytes[at + 3]);
    } else if (!toAc && code === LcpCode.echoReply) {
      this.#noteReply(index, bytes[at + 3]);
    }
  }

  /** Returns the Magic-Number of the customer's LCP packets to the AC, or 0. */
  magicNumber(index: number): number {
    return this.#magic[index] ?? 0;
  }

  /** Returns the time from the customer's last answered Echo-Request to the reply, in ms. */
  roundTrip(index: number): number | undefined {
    const sample = this.#roundTrip[index] ?? NONE;
    return sample === NONE ? undefined : sample;
  }

  /** Returns how long the AC has answered none of the customer's Echo-Requests, in milliseconds. */
  unansweredEcho(index: number): number | undefined {
    if (this.#echo[index] === NO_ECHO) return undefined;
    return this.#now() - this.#unansweredSince[index];
  }

  /** Returns the sessions' indices whose link was terminated at least `linger` milliseconds ago. */
  over(linger: number): number[] {
    const latest = this.#now() - linger;
    return [...this.#terminated].filter(([, { at }]) => at <= latest).map(([index]) => index);
  }

  #noteEcho(index: number, identifier: number): void {
    const now = this.#now();
    if (this.#echo[index] === NO_ECHO) this.#unansweredSince[index] = now;
    this.#echo[index] = identifier;
    this.#echoAt[index] = now;
  }

  #noteReply(index: number, identifier: number): void {
    if (this.#echo[index] !== identifier) { // a late one: the AC answers
      this.#unansweredSince[index] = this.#echoAt[index];
      return;
    }
    this.#echo[index] = NO_ECHO;
    // At least 1 µs, as 0 means no sample and the clock may be coarse.
    this.#roundTrip[index] = Math.max(this.#now() - this.#echoAt[index], 1e-3);
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
    this.#unansweredSince = grown(new Float64Array(capacity), this.#unansweredSince);
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
