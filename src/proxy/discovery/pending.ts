import type { Mac } from "../../pppoe/mac.ts";
import { BySize } from "../../limits/by_size.ts";
import { setLatest } from "../../set_latest.ts";

/** What a PADR requested from an AC, and its result. */
export interface Requested {
  /** The PADR's own Host-Uniq, returned in its PADS; undefined if it had none. */
  hostUniq: Uint8Array | undefined;
  /** The AC's name in the offer; empty if it gave none. */
  acName: string;
  /** The AC-Cookie sent to the AC with the PADR, in hex; undefined if there was none. */
  cookie: string | undefined;
  /** Session id of the PADS that answered it; 0 before (server only). */
  sessionId: number;
  /** Whether the customer has asked again since: its next PADR is another one (server only). */
  isOver: boolean;
}

/**
 * One customer's discovery in progress: all PADIs and PADRs with the same client, MAC address and
 * Host-Uniq (several sessions dialled at once differ in Host-Uniq).
 */
export interface Pending<Owner> {
  readonly key: string;
  readonly owner: Owner;
  readonly customer: Mac;
  /** The customer's Host-Uniq; undefined if it sent none. */
  readonly hostUniq: Uint8Array | undefined;
  /** The Host-Uniq that the AC sees in its place (server only). */
  upstream: Uint8Array | undefined;
  /** Key that finds `upstream` again (server only). */
  upstreamKey: string | undefined;
  /** PADRs by the AC they were sent to: only these ACs may confirm a session. */
  readonly requested: Map<Mac, Requested>;
  /** Time of the first PADI, or of the first after a session, in milliseconds. */
  began: number;
  /** Time of the last PADI or PADR, in milliseconds. */
  touched: number;
  /**
   * Time at which the last unanswered PADI was sent, in milliseconds; Infinity while it is queued.
   */
  asked: number;
  /** Number of PADIs sent. */
  passed: number;
}

/**
 * Maximum number of offers kept per discovery, and of ACs that it may ask: more than a segment has.
 */
export const MAX_OFFERS = 128;

/**
 * Silence after which a discovery may be evicted from a full table, in milliseconds: a customer
 * that is still interested asks again, after increasing intervals as in RFC 2516 section 8.
 */
export const SILENT = 5_000;

/** Bounds of the table. */
export interface PendingLimits {
  /** Maximum number of discoveries in progress. */
  pendingDiscoveries: number;
  /** Time after the last PADI or PADR in which answers are accepted, in milliseconds. */
  timeout: number;
}

/** The discoveries in progress, ordered by last use. */
export class PendingDiscoveries<Owner> {
  #byKey = new Map<string, Pending<Owner>>();
  /** Discoveries that have led to a session, kept for repeated PADRs only. */
  #settled = new Set<Pending<Owner>>();
  /** The discoveries of each owner, ordered by last use. */
  #byOwner = new Map<Owner, Set<Pending<Owner>>>();
  #owners = new BySize<Set<Pending<Owner>>>();
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

  /** Applies new bounds. */
  reconfigure(limits: PendingLimits): void {
    this.#limits = limits;
  }

  /** Number of discoveries in progress. */
  get size(): number {
    return this.#byKey.size;
  }

  /** Returns this request's discovery, which is added if new; undefined if the table is full. */
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
      const own = this.#byOwner.get(owner);
      if (own?.delete(known)) own.add(known);
      known.touched = this.#now();
      return known;
    }
    if (known !== undefined) this.remove(known);
    const isFull = this.#byKey.size >= this.#limits.pendingDiscoveries;
    if (isFull && !this.#makeRoom(owner)) return undefined;
    const pending: Pending<Owner> = {
      key,
      owner,
      customer,
      hostUniq: hostUniq?.slice(),
      upstream: undefined,
      upstreamKey: undefined,
      requested: new Map(),
      began: this.#now(),
      touched: this.#now(),
      asked: -Infinity,
      passed: 0,
    };
    this.#byKey.set(key, pending);
    let own = this.#byOwner.get(owner);
    if (own === undefined) this.#byOwner.set(owner, own = new Set());
    own.add(pending);
    this.#owners.resize(own, own.size - 1, own.size);
    return pending;
  }

  /** Returns this request's discovery, if it is in progress. */
  find(
    ownerName: string,
    customer: Mac,
    hostUniq: Uint8Array | undefined,
  ): Pending<Owner> | undefined {
    this.expire();
    return this.#byKey.get(requestKey(ownerName, customer, hostUniq));
  }

  /** Marks a discovery as having led to a session: it is evicted before others. */
  settle(pending: Pending<Owner>): void {
    if (this.#byKey.get(pending.key) === pending) this.#settled.add(pending);
  }

  /** Removes one discovery. */
  remove(pending: Pending<Owner>): void {
    if (this.#byKey.get(pending.key) !== pending) return; // another has replaced it
    this.#settled.delete(pending);
    this.#byKey.delete(pending.key);
    const own = this.#byOwner.get(pending.owner);
    if (own?.delete(pending)) this.#owners.resize(own, own.size + 1, own.size);
    if (own?.size === 0) this.#byOwner.delete(pending.owner);
    this.#forget(pending);
  }

  /** Removes a discovery none of whose PADIs has been sent. */
  removeUnasked(pending: Pending<Owner>): void {
    if (pending.passed === 0) this.remove(pending);
  }

  /** Removes the discoveries of a lost owner. */
  removeOwner(owner: Owner): void {
    for (const pending of this.#byOwner.get(owner) ?? []) this.remove(pending);
  }

  /** Removes expired discoveries; the map is ordered by age. */
  expire(): void {
    const oldest = this.#now() - this.#limits.timeout;
    for (const pending of this.#byKey.values()) {
      if (pending.touched >= oldest) return;
      this.remove(pending);
    }
  }

  /**
   * Evicts the least needed discovery; returns false if all are active and none has more than
   * `owner`.
   */
  #makeRoom(owner: Owner): boolean {
    const [least] = this.#settled.size > 0 ? this.#settled : this.#byKey.values();
    if (this.#settled.has(least) || this.#now() - least.touched >= SILENT) {
      this.remove(least);
      return true;
    }
    // The owner with the most loses one; otherwise its flood would keep all others from dialling.
    if (this.#owners.largest <= (this.#byOwner.get(owner)?.size ?? 0) + 1) return false;
    for (const oldest of this.#owners.first() ?? []) {
      this.remove(oldest);
      return true;
    }
    return false;
  }
}

function requestKey(ownerName: string, customer: Mac, hostUniq: Uint8Array | undefined): string {
  return `${ownerName}/${customer}/${hostUniq?.toHex() ?? "-"}`;
}

/** Records a PADR to an AC; a repeated one keeps the result of the first. */
export function noteRequest(
  { requested }: Pending<unknown>,
  concentrator: Mac,
  asked: Pick<Requested, "hostUniq" | "acName" | "cookie">,
): void {
  const known = requested.get(concentrator);
  const isRepeated = known !== undefined && !known.isOver && known.cookie === asked.cookie;
  const hostUniq = asked.hostUniq?.slice();
  const sessionId = isRepeated ? known.sessionId : 0;
  setLatest(requested, concentrator, { ...asked, hostUniq, sessionId, isOver: false }, MAX_OFFERS);
}
