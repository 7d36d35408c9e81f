import type { TokenBucket } from "../limits/token_bucket.ts";

/** Interval between pings, and timeout after which the peer counts as dead. Milliseconds. */
export interface KeepaliveOptions {
  interval: number;
  timeout: number;
}

/** Number of pings whose send time is remembered; a later pong says nothing about the path. */
const REMEMBERED = 16;
/** Bytes of a ping's body. */
const PING_BYTES = 8;
/** How long an answer stays valid for further questions, in milliseconds. */
const FRESH = 250;
/** After this time, received bytes were not in flight before the question. Milliseconds. */
const ON_ITS_WAY = 200;

/**
 * The pings of one tunnel, in both directions. The round trip is measured with our own clock alone:
 * a pong says only which ping it answers.
 */
export class Keepalive {
  /** Send times by number; NaN if the ping was answered or not sent. */
  #times = new Float64Array(REMEMBERED).fill(NaN);
  #next = 0;
  #allowance: TokenBucket;
  #send: (body: Uint8Array) => void;
  #now: () => number;
  #sentAt = -Infinity;
  /** Send time of the latest ping that was answered. */
  #provenAt = -Infinity;
  #question: { settled: number; began: number; answer: PromiseWithResolvers<boolean> } | undefined;

  /** `send` sends a ping with this body immediately; `allowance` limits the peer's pings. */
  constructor(send: (body: Uint8Array) => void, now: () => number, allowance: TokenBucket) {
    this.#send = send;
    this.#now = now;
    this.#allowance = allowance;
  }

  /** Sends a ping. */
  ping(): void {
    const body = new Uint8Array(PING_BYTES);
    new DataView(body.buffer).setUint32(PING_BYTES - 4, this.#next);
    this.#times[this.#next % REMEMBERED] = this.#sentAt = this.#now();
    this.#next = this.#next + 1 >>> 0;
    this.#send(body);
  }

  /** Milliseconds from the ping to its pong; undefined if the pong answers no open ping. */
  ponged(body: Uint8Array): number | undefined {
    if (body.length !== PING_BYTES) return undefined;
    const view = new DataView(body.buffer, body.byteOffset, PING_BYTES);
    const number = view.getUint32(PING_BYTES - 4);
    const age = this.#next - number >>> 0;
    if (view.getUint32(0) !== 0 || age === 0 || age > REMEMBERED) return undefined;
    const sent = this.#times[number % REMEMBERED];
    if (Number.isNaN(sent)) return undefined;
    this.#times[number % REMEMBERED] = NaN;
    this.#provenAt = Math.max(this.#provenAt, sent);
    if (this.#question !== undefined && sent >= this.#question.began) this.#settle(true);
    return Math.max(0, this.#now() - sent);
  }

  /** Makes the peer prove that data sent now reaches it, at most four times per second. */
  prove(): void {
    if (this.#now() - this.#sentAt >= FRESH) this.ping();
  }

  /** Whether the peer has answered a ping sent after `since`, or shortly before. */
  isProven(since: number): boolean {
    return this.#provenAt > since - FRESH;
  }

  /** Whether to answer a ping of the peer; false beyond the rate that an honest peer needs. */
  admitsPing(): boolean {
    return this.#allowance.take(this.#now());
  }

  /** Records that something was read. */
  heard(): void {
    if (this.#question === undefined || !this.#isOpen) return;
    if (this.#now() - this.#question.began >= ON_ITS_WAY) this.#settle(true);
  }

  /** Whether the peer answers within `patience` milliseconds. Concurrent calls share one ping. */
  async answers(patience: number): Promise<boolean> {
    const now = this.#now();
    if (this.#question !== undefined && (this.#isOpen || now - this.#question.settled < FRESH)) {
      return await this.#question.answer.promise;
    }
    const answer = Promise.withResolvers<boolean>();
    this.#question = { settled: Infinity, began: now, answer };
    this.ping();
    const timer = setTimeout(() => this.#settle(false), patience);
    const alive = await answer.promise;
    clearTimeout(timer);
    return alive;
  }

  /** Settles open questions with false, because the tunnel has ended. */
  ended(): void {
    this.#settle(false);
  }

  get #isOpen(): boolean {
    return this.#question?.settled === Infinity;
  }

  #settle(alive: boolean): void {
    if (this.#question === undefined || !this.#isOpen) return;
    this.#question.settled = this.#now();
    this.#question.answer.resolve(alive);
  }
}
