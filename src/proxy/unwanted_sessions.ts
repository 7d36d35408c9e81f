import type { DiscoveryPacket } from "../pppoe/frame.ts";
import { CODE_PADS } from "../pppoe/constants.ts";
import { Bucket } from "./rate.ts";
import type { SessionSwitch } from "./session_switch.ts";

/** PADTs for sessions that nobody waits for: an AC that is late is late with many. */
const PADT_RATE = { rate: 100, burst: 200 };

/**
 * Ends sessions that an AC has opened and nobody waits for any more: left alone, it would keep them
 * half-open until its LCP gives up, and count them against the line.
 */
export class UnwantedSessions {
  #switch: SessionSwitch;
  #now: () => number;
  #padts = new Bucket();

  constructor(sessions: SessionSwitch, now: () => number) {
    this.#switch = sessions;
    this.#now = now;
  }

  /**
   * Answers a PADS to a request of ours with a PADT, at a bounded rate. Not where the session is
   * open after all, nor where the PADS brings an error, so that there is none.
   */
  end({ code, source, destination, sessionId }: DiscoveryPacket): void {
    if (code !== CODE_PADS || sessionId === 0) return;
    if (this.#switch.table.find(source, destination, sessionId) >= 0) return;
    if (!this.#padts.take(PADT_RATE, this.#now())) return;
    this.#switch.outlet.refuse(source, destination, sessionId);
  }
}
