import type { TokenBucket } from "./token_bucket.ts";

/** When to ask whether the peer is alive, and when to give it up. Milliseconds. */
export interface KeepaliveOptions {
  interval: number;
  timeout: number;
}

/** Pings whose time is remembered; a later pong says nothing of the path any more. */
const REMEMBERED = 16;
/** Bytes of a ping's body. */
const PING_BYTES = 8;
/** An answer counts for so long: whoever asks again at once gets the same. Milliseconds. */
const FRESH = 250;
/** Bytes that come so long after a question are not what was under way before it. Milliseconds. */
const ON_ITS_WAY = 200;

/**
 * The pings of one tunnel, both ways. The round trip is measured with our own clock alone: a pong
 * says no more than which ping it answers.
 */
export class Keepalive {
  /** By number: when a ping went; NaN where it was answered or none went. */
  #times = new Float64Array(REMEMBERED).fill(NaN);
  #next = 0;
  #allowance: TokenBucket;
  #send: (body: Uint8Array) => void;
  #now: () => number;
  #sentAt = -Infinity;
  /** When the latest ping went that was answered. */
  #provenAt = -Infinity;
  #question: { settled: number; began: number; answer: PromiseWithResolvers<boolean> } | undefined;

  /** `send` sends a ping with this body at once; `allowance` is that of the peer's pings. */
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

  /** Milliseconds since the ping that this pong answers; undefined where none waits for it. */
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

  /** Has the peer prove that what goes now reaches it, at most four times a second. */
  prove(): void {
    if (this.#now() - this.#sentAt >= FRESH) this.ping();
  }

  /** Whether the peer has answered a ping that went at this time, or so soon before that it counts. */
  isProven(since: number): boolean {
    return this.#provenAt > since - FRESH;
  }

  /** Whether a ping of the peer may be answered: one that sends so many means harm. */
  admitsPing(): boolean {
    return this.#allowance.take(this.#now());
  }

  /** Something was read. */
  heard(): void {
    if (this.#question === undefined || !this.#isOpen) return;
    if (this.#now() - this.#question.began >= ON_ITS_WAY) this.#settle(true);
  }

  /** Whether the peer answers within `patience` milliseconds. All who ask at once share a ping. */
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

  /** The tunnel has ended: nobody answers. */
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
