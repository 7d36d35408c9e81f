import type { DiscoveryPacket } from "../../pppoe/frame.ts";
import { hostMaySend, isSessionCode, sessionTags } from "../../pppoe/session_codes.ts";
import { CustomerRates } from "../../limits/customer_rates.ts";
import type { DropReason } from "./drops.ts";
import type { Rate } from "../../limits/rate.ts";
import type { Peer, Session } from "./session.ts";
import { SharedRate } from "../../limits/shared_rate.ts";
import { TokenBucket } from "../../limits/token_bucket.ts";

/** Packets of one session with defined codes. */
const BY_SESSION: Rate = { rate: 10, burst: 20 };
/** Packets of one session with undefined codes. */
const UNDEFINED: Rate = { rate: 1, burst: 5 };
/** Packets of all sessions of one customer. */
const BY_CUSTOMER: Rate = { rate: 40, burst: 80 };
/** Rate guaranteed to each client, whatever the others send. */
const FLOOR: Rate = { rate: 10, burst: 20 };

/** Dependencies of a gate. */
export interface SessionCodeGateOptions {
  /** An AC may greet each new session with two messages, so rates follow that of PADIs. */
  limits: { readonly padiRate: number };
  now: () => number;
  randomBytes: (length: number) => Uint8Array;
}

/** The buckets of one direction. */
class Way {
  #bySession = new WeakMap<Session, { known: TokenBucket; unknown: TokenBucket }>();
  #byCustomer: CustomerRates<Peer>;
  #byPeer: SharedRate<Peer>;
  /**
   * By AC, if one sends them: the one on the server's wire, or the one that a server reports.
   * Packets to an AC are not counted by it: one client would use up the others' guaranteed rate.
   */
  #byAc: CustomerRates<Way> | undefined;

  #perDial: number;

  constructor(
    { limits, now, randomBytes }: SessionCodeGateOptions,
    { perDial, fromAc }: { perDial: number; fromAc: boolean },
  ) {
    this.#perDial = perDial;
    const most = this.#most(limits);
    this.#byCustomer = new CustomerRates(BY_CUSTOMER, now, randomBytes);
    if (fromAc) this.#byAc = new CustomerRates(most, now, randomBytes);
    this.#byPeer = new SharedRate({ floor: FLOOR, each: most, all: most });
  }

  reconfigure(limits: SessionCodeGateOptions["limits"]): void {
    const most = this.#most(limits);
    this.#byAc?.reconfigure(most);
    this.#byPeer.reconfigure({ floor: FLOOR, each: most, all: most });
  }

  #most({ padiRate }: SessionCodeGateOptions["limits"]): Rate {
    return { rate: this.#perDial * padiRate, burst: this.#perDial * padiRate };
  }

  take(session: Session, code: number, now: number): boolean {
    let own = this.#bySession.get(session);
    if (own === undefined) {
      own = { known: new TokenBucket(BY_SESSION), unknown: new TokenBucket(UNDEFINED) };
      this.#bySession.set(session, own);
    }
    const bucket = isSessionCode(code) ? own.known : own.unknown;
    return bucket.take(now) && this.#byCustomer.take(session.peer, session.customer) &&
      (this.#byAc?.take(this, session.concentrator) ?? true) &&
      this.#byPeer.take(session.peer, now);
  }
}

/**
 * Limits the discovery packets of open sessions that do not end them: PADM, PADN, PADG, PADC, PADQ
 * and undefined codes. They must be well-formed, come from the side that may send them, and stay
 * within rates by session, customer and client that legitimate use never exceeds.
 */
export class SessionCodeGate {
  #now: () => number;
  #fromHost: Way;
  #fromAc: Way;

  constructor(options: SessionCodeGateOptions) {
    this.#now = options.now;
    this.#fromHost = new Way(options, { perDial: 1, fromAc: false });
    this.#fromAc = new Way(options, { perDial: 2, fromAc: true });
  }

  /** Applies new limits. */
  reconfigure(limits: SessionCodeGateOptions["limits"]): void {
    this.#fromHost.reconfigure(limits);
    this.#fromAc.reconfigure(limits);
  }

  /** Returns the tags to forward, or why the packet is dropped. */
  pass(session: Session, packet: DiscoveryPacket, fromAc: boolean): Uint8Array | DropReason {
    if (!fromAc && !hostMaySend(packet.code)) return "wrong-direction";
    const tags = sessionTags(packet.code, packet.tags);
    if (typeof tags === "string") return tags;
    const way = fromAc ? this.#fromAc : this.#fromHost;
    return way.take(session, packet.code, this.#now()) ? tags : "discovery-rate";
  }
}
