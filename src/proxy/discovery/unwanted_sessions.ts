import type { DiscoveryPacket } from "../../pppoe/frame.ts";
import { CODE_PADS } from "../../pppoe/constants.ts";
import { TokenBucket } from "../../limits/token_bucket.ts";
import type { Sessions } from "../session/sessions.ts";

/** Rate limit of PADTs for unwanted sessions: a slow AC is late with many. */
const PADT_RATE = { rate: 100, burst: 200 };

/**
 * Ends sessions that an AC has opened but no client wants any more: otherwise the AC would keep
 * them half-open until its LCP gives up, and count them against the line.
 */
export class UnwantedSessions {
  #sessions: Sessions;
  #now: () => number;
  #padts = new TokenBucket(PADT_RATE);

  constructor(sessions: Sessions, now: () => number) {
    this.#sessions = sessions;
    this.#now = now;
  }

  /**
   * Answers a PADS to a request of ours with a PADT, at a limited rate, unless the session is open
   * or the PADS reports an error and therefore has no session.
   */
  end({ code, source, destination, sessionId }: DiscoveryPacket): void {
    if (code !== CODE_PADS || sessionId === 0) return;
    if (this.#sessions.table.find(source, destination, sessionId) >= 0) return;
    if (!this.#padts.take(this.#now())) return;
    this.#sessions.outlet.refuse(source, destination, sessionId);
  }
}
