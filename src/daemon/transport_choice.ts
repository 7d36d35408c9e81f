import { transportsOf } from "../config/transports.ts";
import type { TransportConfig } from "../config/types.ts";
import type { Transport } from "../tunnel/transport.ts";

/** First interval between attempts to return to QUIC, which doubles with each; milliseconds. */
const FIRST_RETURN = 30_000;
/**
 * A QUIC tunnel that fell silent within this time was no use: its path may pass handshakes only.
 * Milliseconds.
 */
const SHORT_LIFE = 10_000;
/** How long TLS is preferred after that, doubled each time. Milliseconds. */
const DISTRUST = { first: 60_000, most: 3_600_000 };

/** Which transports a client tries, in which order, and when it tries to return to QUIC. Pure. */
export class TransportChoice {
  #configured: TransportConfig;
  #upSince = 0;
  #returns = 0;
  #distrust = DISTRUST.first;
  #distrustedUntil = -Infinity;

  constructor(configured: TransportConfig) {
    this.#configured = configured;
  }

  /** Returns the transports to try at `now`, the preferred one first. */
  order(now: number): readonly Transport[] {
    if (this.#configured !== "auto") return transportsOf(this.#configured);
    return now < this.#distrustedUntil ? ["tls", "quic"] : transportsOf("auto");
  }

  /** Records that a tunnel is up. */
  connected(now: number): void {
    this.#upSince = now;
    this.#returns = 0;
  }

  /** Records that a tunnel fell silent and was given up. */
  fellSilent(transport: Transport, now: number): void {
    if (transport !== "quic") return;
    if (now - this.#upSince >= SHORT_LIFE) {
      this.#distrust = DISTRUST.first;
      return;
    }
    this.#distrustedUntil = now + this.#distrust;
    this.#distrust = Math.min(2 * this.#distrust, DISTRUST.most);
  }

  /**
   * Returns how long to wait before the next attempt to replace a tunnel by one over QUIC, at most
   * `most` milliseconds unless QUIC is distrusted; undefined for never, as for a `most` of 0.
   */
  returnAfter(transport: Transport, most: number, now: number): number | undefined {
    if (this.#configured !== "auto" || transport === "quic" || most === 0) return undefined;
    const wait = Math.min(FIRST_RETURN * 2 ** Math.min(this.#returns++, 30), most);
    return Math.max(wait, this.#distrustedUntil - now);
  }
}
