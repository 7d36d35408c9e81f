import type { Mac } from "../pppoe/mac.ts";
import { BySize } from "./by_size.ts";
import { hex } from "./token.ts";

/** What a PADR asked an AC for, and what came of it. */
export interface Requested {
  /** The PADR's own Host-Uniq, which its PADS brings back; undefined where it had none. */
  hostUniq: Uint8Array | undefined;
  /** How the AC called itself in the offer; empty where it did not. */
  acName: string;
  /** The AC-Cookie that the PADR took to the AC, in hex; undefined where there was none. */
  cookie: string | undefined;
  /** The session id of the PADS that answered it; 0 before (server only). */
  sessionId: number;
  /** The customer has asked anew since: its next PADR is another one (server only). */
  isOver: boolean;
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
  /** By the AC that a PADR has gone to: only these may confirm a session. */
  readonly requested: Map<Mac, Requested>;
  /** Milliseconds of the clock at the first PADI, or the first after a session. */
  began: number;
  /** Milliseconds of the clock at the last PADI or PADR. */
  touched: number;
  /** Likewise when the last PADI went on that is unanswered; Infinity while it waits for its turn. */
  asked: number;
  /** PADIs that went on. */
  passed: number;
}

/** Offers kept of one discovery, and ACs that it may ask: more than any segment has ACs. */
export const MAX_OFFERS = 128;

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

/** The discoveries under way, in the order of their last use. */
export class PendingDiscoveries<Owner> {
  #byKey = new Map<string, Pending<Owner>>();
  /** Those that have led to a session, kept for repeated PADR only. */
  #settled = new Set<Pending<Owner>>();
  /** Each owner's, in the order of their last use. */
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

  /** Takes over other bounds. */
  reconfigure(limits: PendingLimits): void {
    this.#limits = limits;
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
    if (this.#byKey.get(pending.key) !== pending) return; // another has taken its place
    this.#settled.delete(pending);
    this.#byKey.delete(pending.key);
    const own = this.#byOwner.get(pending.owner);
    if (own?.delete(pending)) this.#owners.resize(own, own.size + 1, own.size);
    if (own?.size === 0) this.#byOwner.delete(pending.owner);
    this.#forget(pending);
  }

  /** Forgets a discovery of which no PADI has gone on. */
  removeUnasked(pending: Pending<Owner>): void {
    if (pending.passed === 0) this.remove(pending);
  }

  /** Forgets the discoveries of an owner that has gone. */
  removeOwner(owner: Owner): void {
    for (const pending of this.#byOwner.get(owner) ?? []) this.remove(pending);
  }

  /** Forgets what is too old; the map's order is that of age. */
  expire(): void {
    const oldest = this.#now() - this.#limits.timeout;
    for (const pending of this.#byKey.values()) {
      if (pending.touched >= oldest) return;
      this.remove(pending);
    }
  }

  /** Forgets the one that is missed least; false where all are under way, and none has more than `owner`. */
  #makeRoom(owner: Owner): boolean {
    const [least] = this.#settled.size > 0 ? this.#settled : this.#byKey.values();
    if (this.#settled.has(least) || this.#now() - least.touched >= SILENT) {
      this.remove(least);
      return true;
    }
    // Whoever has most gives way, or one owner's flood would keep all others from dialling.
    if (this.#owners.largest <= (this.#byOwner.get(owner)?.size ?? 0) + 1) return false;
    for (const oldest of this.#owners.first() ?? []) {
      this.remove(oldest);
      return true;
    }
    return false;
  }
}

function requestKey(ownerName: string, customer: Mac, hostUniq: Uint8Array | undefined): string {
  return `${ownerName}/${customer}/${hostUniq === undefined ? "-" : hex(hostUniq)}`;
}

/** A PADR goes to an AC; the same one repeated keeps what came of the first. */
export function noteRequest(
  { requested }: Pending<unknown>,
  concentrator: Mac,
  asked: Pick<Requested, "hostUniq" | "acName" | "cookie">,
): void {
  const known = requested.get(concentrator);
  const isRepeated = known !== undefined && !known.isOver && known.cookie === asked.cookie;
  const hostUniq = asked.hostUniq?.slice();
  const sessionId = isRepeated ? known.sessionId : 0;
  requested.delete(concentrator); // to the end: the map's order is that of use
  requested.set(concentrator, { ...asked, hostUniq, sessionId, isOver: false });
  if (requested.size <= MAX_OFFERS) return;
  for (const oldest of requested.keys()) return void requested.delete(oldest);
}
