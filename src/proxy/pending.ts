import type { Mac } from "../pppoe/mac.ts";
import { hex } from "./token.ts";

/** What an AC offered a customer. */
export interface Offer {
  concentrator: Mac;
  /** The AC's own cookie; undefined where it gave none. */
  cookie: Uint8Array | undefined;
}

/**
 * One customer's discovery under way: all PADI and PADR with the same client, MAC address and
 * Host-Uniq (several sessions dialled at once differ in Host-Uniq).
 */
export interface Pending<Owner> {
  readonly key: string;
  readonly owner: Owner;
  readonly customer: Mac;
  /** The customer's Host-Uniq; undefined where it sent none. */
  readonly hostUniq: Uint8Array | undefined;
  /** What the AC sees in its place (server only). */
  upstream: Uint8Array | undefined;
  /** Key under which `upstream` is found again (server only). */
  upstreamKey: string | undefined;
  /** Offers by what the customer returns to choose one (client only). */
  readonly offers: Map<string, Offer>;
  /** ACs that a PADR has gone to: only they may confirm a session. */
  readonly requested: Set<Mac>;
  /** Milliseconds of the clock at the first PADI, or the first after a session. */
  began: number;
  /** Milliseconds of the clock at the last PADI or PADR. */
  touched: number;
  /** Likewise when the last PADI went on that is unanswered; Infinity while it waits for its turn. */
  asked: number;
}

/** Offers kept of one discovery; ACs beyond that are not passed on. */
export const MAX_OFFERS = 16;

/**
 * A discovery that has been silent for so long gives way where the table is full: who is still
 * interested asks again, by the example of RFC 2516 section 8 after a longer time each time.
 * Milliseconds.
 */
export const SILENT = 5_000;

/** Bounds of the table. */
export interface PendingLimits {
  /** Discoveries under way in all. */
  pendingDiscoveries: number;
  /** Milliseconds after the last PADI or PADR for which answers are taken. */
  timeout: number;
}

/** Bounds from where they are configured, which may change. */
export function pendingLimits(
  limits: Pick<PendingLimits, "pendingDiscoveries">,
  policy: Pick<PendingLimits, "timeout">,
): PendingLimits {
  return {
    get pendingDiscoveries() {
      return limits.pendingDiscoveries;
    },
    get timeout() {
      return policy.timeout;
    },
  };
}

/** The discoveries under way, in the order of their last use. */
export class PendingDiscoveries<Owner> {
  #byKey = new Map<string, Pending<Owner>>();
  /** Those that have led to a session, kept for repeated PADR only. */
  #settled = new Set<Pending<Owner>>();
  #limits: PendingLimits;
  #now: () => number;
  #forget: (pending: Pending<Owner>) => void;

  /** `forget` is called for each discovery that leaves the table. */
  constructor(
    limits: PendingLimits,
    now: () => number,
    forget: (pending: Pending<Owner>) => void = () => {},
  ) {
    this.#limits = limits;
    this.#now = now;
    this.#forget = forget;
  }

  /** Discoveries under way. */
  get size(): number {
    return this.#byKey.size;
  }

  /** The discovery of this request, begun if need be; undefined where the table is full. */
  begin(
    owner: Owner,
    ownerName: string,
    customer: Mac,
    hostUniq: Uint8Array | undefined,
  ): Pending<Owner> | undefined {
    this.expire();
    const key = requestKey(ownerName, customer, hostUniq);
    const known = this.#byKey.get(key);
    if (known !== undefined && known.owner === owner) {
      if (this.#settled.delete(known)) known.began = this.#now();
      this.#byKey.delete(key);
      this.#byKey.set(key, known);
      known.touched = this.#now();
      return known;
    }
    if (known !== undefined) this.remove(known);
    if (this.#byKey.size >= this.#limits.pendingDiscoveries && !this.#makeRoom()) return undefined;
    const pending: Pending<Owner> = {
      key,
      owner,
      customer,
      hostUniq: hostUniq?.slice(),
      upstream: undefined,
      upstreamKey: undefined,
      offers: new Map(),
      requested: new Set(),
      began: this.#now(),
      touched: this.#now(),
      asked: -Infinity,
    };
    this.#byKey.set(key, pending);
    return pending;
  }

  /** The discovery of this request, if it is under way. */
  find(
    ownerName: string,
    customer: Mac,
    hostUniq: Uint8Array | undefined,
  ): Pending<Owner> | undefined {
    this.expire();
    return this.#byKey.get(requestKey(ownerName, customer, hostUniq));
  }

  /** A discovery has led to a session: it gives way to others first. */
  settle(pending: Pending<Owner>): void {
    if (this.#byKey.get(pending.key) === pending) this.#settled.add(pending);
  }

  /** Forgets one discovery. */
  remove(pending: Pending<Owner>): void {
    this.#settled.delete(pending);
    if (this.#byKey.delete(pending.key)) this.#forget(pending);
  }

  /** Forgets the discoveries of an owner that has gone. */
  removeOwner(owner: Owner): void {
    for (const pending of this.#byKey.values()) if (pending.owner === owner) this.remove(pending);
  }

  /** Forgets what is too old; the map's order is that of age. */
  expire(): void {
    const oldest = this.#now() - this.#limits.timeout;
    for (const pending of this.#byKey.values()) {
      if (pending.touched >= oldest) return;
      this.remove(pending);
    }
  }

  /** Forgets the one that is missed least; false where all are under way. */
  #makeRoom(): boolean {
    const [least] = this.#settled.size > 0 ? this.#settled : this.#byKey.values();
    if (!this.#settled.has(least) && this.#now() - least.touched < SILENT) return false;
    this.remove(least);
    return true;
  }
}

function requestKey(ownerName: string, customer: Mac, hostUniq: Uint8Array | undefined): string {
  return `${ownerName}/${customer}/${hostUniq === undefined ? "-" : hex(hostUniq)}`;
}
