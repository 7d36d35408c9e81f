import type { DiscoveryPacket } from "../../pppoe/frame.ts";
import { CODE_PADS } from "../../pppoe/constants.ts";
import { SharedRate } from "../../limits/shared_rate.ts";
import type { Party } from "../session/frame_tap.ts";
import type { Sessions } from "../session/sessions.ts";
import type { Requester } from "./requesters.ts";

/** Maximum of all clients together in addition to their floors: a slow AC is late with many. */
const MOST = { rate: 100, burst: 200 };
/** PADTs guaranteed to each client, whatever the ACs answer to others. */
const FLOOR = { rate: 5, burst: 20 };

/**
 * Ends sessions that an AC has opened but no client wants any more: otherwise the AC would keep
 * them half-open until its LCP gives up, and count them against the line.
 */
export class UnwantedSessions {
  #sessions: Sessions;
  #now: () => number;
  #padts = new SharedRate<Requester>({ floor: FLOOR, each: MOST, all: MOST });

  constructor(sessions: Sessions, now: () => number) {
    this.#sessions = sessions;
    this.#now = now;
  }

  /**
   * Answers a PADS to a request of ours with a PADT, at a limited rate, unless the session is open
   * or the PADS reports an error and therefore has no session. `requester` is the client whose
   * request the PADS answers, and `party` the customer, if it is known.
   */
  end(packet: DiscoveryPacket, requester: Requester, party?: Party): void {
    const { code, source, destination, sessionId } = packet;
    if (code !== CODE_PADS || sessionId === 0) return;
    if (this.#sessions.table.find(source, destination, sessionId) >= 0) return;
    if (!this.#padts.take(requester, this.#now())) return;
    this.#sessions.outlet.refuse(source, destination, sessionId, party);
  }
}
