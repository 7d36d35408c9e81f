import { TAG_AC_COOKIE, TAG_AC_NAME } from "../../pppoe/constants.ts";
import type { DiscoveryPacket } from "../../pppoe/frame.ts";
import { isErrorTag } from "../../pppoe/error_tags.ts";
import type { Mac } from "../../pppoe/mac.ts";
import { fitsDiscovery, removeTag, replaceTag, setTag } from "../../pppoe/tag_edit.ts";
import { findTag, type Tag } from "../../pppoe/tags.ts";
import type { DropReason } from "../session/drops.ts";
import { MAX_OFFERS, type Pending } from "./pending.ts";
import type { MacPolicy } from "../session/proxy_options.ts";
import { nameIn } from "../session/session_names.ts";
import { tokenHandle, type TokenSigner } from "./token.ts";

/** What an AC offered a customer in one PADO. */
export interface Offer<Owner> {
  readonly pending: Pending<Owner>;
  readonly concentrator: Mac;
  /** The AC's name; empty if it gave none. */
  readonly acName: string;
  /** The AC's own cookie; undefined if it gave none. */
  readonly cookie: Uint8Array | undefined;
  /** Our cookie in its place; undefined if the customer sees the AC's own. */
  readonly token: Uint8Array | undefined;
}

/** Maximum size of all offers together, in bytes; evicts the oldest. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Approximate size of an offer without its cookie, in bytes. */
const OFFER_BYTES = 512;

/**
 * The offers of the ACs, one entry per PADO, and the customer's choice among them. Our own MAC
 * address hides the AC's, so each offer gets a cookie of ours (RFC 3817 section 2.3), which alone
 * identifies the offer: several ACs may share a MAC address, and a PADR need not have the Host-Uniq
 * of its PADI. With transparent addresses, AC and cookie stay unchanged.
 */
export class Offers<Owner> {
  #mac: MacPolicy;
  #signer: TokenSigner;
  #maxBytes: number;
  #bytes = 0;
  /** All offers, oldest first. */
  #all = new Set<Offer<Owner>>();
  #byHandle = new Map<string, Offer<Owner>>();
  /** By what makes two offers the same; oldest first. */
  #byPending = new Map<Pending<Owner>, Map<string, Offer<Owner>>>();
  /** Discoveries with offers, by customer. */
  #byCustomer = new Map<Mac, Set<Pending<Owner>>>();

  constructor(mac: MacPolicy, signer: TokenSigner, maxBytes = MAX_BYTES) {
    this.#mac = mac;
    this.#signer = signer;
    this.#maxBytes = maxBytes;
  }

  /** Number of offers remembered. */
  get size(): number {
    return this.#all.size;
  }

  /** Records the offer in a PADO; returns the tags to show to the customer. */
  take(pending: Pending<Owner>, packet: DiscoveryPacket, tags: Tag[]): Tag[] | DropReason {
    const own = this.#mac === "own";
    // An AC that reports an error offers nothing (RFC 2516 section 5.2).
    if (tags.some(isErrorTag)) return own ? removeTag(tags, TAG_AC_COOKIE) : tags;
    const cookie = findTag(tags, TAG_AC_COOKIE);
    const found = {
      pending,
      concentrator: packet.source,
      acName: nameIn(tags, TAG_AC_NAME),
      cookie,
    };
    // A repeated offer is the same one, for example an answer to a repeated PADI.
    const known = this.#byPending.get(pending)?.get(identity(found));
    const token = own ? known?.token ?? this.#signer.signer(binding(found)) : undefined;
    const shown = token === undefined ? tags : replaceTag(tags, TAG_AC_COOKIE, token);
    if (!fitsDiscovery(packet.code, shown)) return "discovery-too-long";
    if (known !== undefined) this.#remove(known); // added again below as the latest
    this.#add({ ...found, cookie: cookie?.slice(), token });
    return shown;
  }

  /**
   * Returns the offer that a PADR of `owner`'s customer selects: the one with our cookie. If the
   * customer sees the AC's address or returns no cookie, an offer of the discovery with the PADR's
   * Host-Uniq, `asked`, or, without such a discovery, of any that the customer has in progress.
   */
  chosen(
    owner: Owner,
    asked: Pending<Owner> | undefined,
    packet: DiscoveryPacket,
    tags: Tag[],
  ): Offer<Owner> | DropReason {
    const cookie = findTag(tags, TAG_AC_COOKIE);
    const own = this.#mac === "own";
    if (own && cookie !== undefined) return this.#ofCookie(owner, packet, cookie);
    const discoveries = this.#byPending.has(asked as Pending<Owner>)
      ? [asked as Pending<Owner>]
      : [...this.#byCustomer.get(packet.source) ?? []].filter((it) => it.owner === owner);
    const offers = discoveries.flatMap((it) => [...this.#byPending.get(it)?.values() ?? []]);
    if (own) return onlyAc(offers);
    const ofAc = offers.filter(({ concentrator }) => concentrator === packet.destination);
    return ofAc.findLast((it) => isSame(it.cookie, cookie)) ?? ofAc.at(-1) ?? "unsolicited";
  }

  /** Returns a PADR's tags for the AC: with the AC's own cookie. */
  unwrapped(tags: Tag[], { cookie }: Offer<Owner>): Tag[] {
    return this.#mac === "own" ? setTag(tags, TAG_AC_COOKIE, cookie) : tags;
  }

  /** Removes the offers of a discovery: later PADRs for them are not accepted. */
  forget(pending: Pending<Owner>): void {
    for (const offer of this.#byPending.get(pending)?.values() ?? []) this.#remove(offer);
  }

  #ofCookie(
    owner: Owner,
    { source }: DiscoveryPacket,
    cookie: Uint8Array,
  ): Offer<Owner> | DropReason {
    const offer = this.#byHandle.get(tokenHandle(cookie) ?? "");
    if (offer === undefined || !this.#signer.verify(cookie, binding(offer))) {
      return "ac-cookie-unknown";
    }
    const { pending } = offer;
    return pending.owner === owner && pending.customer === source ? offer : "ac-cookie-unknown";
  }

  #add(offer: Offer<Owner>): void {
    const { pending, token } = offer;
    this.#makeRoom(pending, bytesOf(offer));
    this.#all.add(offer);
    this.#bytes += bytesOf(offer);
    const ofPending = this.#byPending.get(pending);
    if (ofPending !== undefined) ofPending.set(identity(offer), offer);
    else {
      this.#byPending.set(pending, new Map([[identity(offer), offer]]));
      const discoveries = this.#byCustomer.get(pending.customer);
      if (discoveries !== undefined) discoveries.add(pending);
      else this.#byCustomer.set(pending.customer, new Set([pending]));
    }
    if (token !== undefined) this.#byHandle.set(tokenHandle(token) ?? "", offer);
  }

  #remove(offer: Offer<Owner>): void {
    if (!this.#all.delete(offer)) return;
    const { pending, token } = offer;
    this.#bytes -= bytesOf(offer);
    if (token !== undefined) this.#byHandle.delete(tokenHandle(token) ?? "");
    const ofPending = this.#byPending.get(pending);
    ofPending?.delete(identity(offer));
    if (ofPending?.size !== 0) return;
    this.#byPending.delete(pending);
    const discoveries = this.#byCustomer.get(pending.customer);
    discoveries?.delete(pending);
    if (discoveries?.size === 0) this.#byCustomer.delete(pending.customer);
  }

  /**
   * Evicts the oldest offer of the AC address with the most, if a discovery has too many offers.
   */
  #makeRoom(pending: Pending<Owner>, bytes: number): void {
    const offers = this.#byPending.get(pending);
    if (offers !== undefined && offers.size >= MAX_OFFERS) this.#remove(oldestOfMost(offers));
    for (const oldest of this.#all) {
      if (this.#bytes + bytes <= this.#maxBytes) return;
      this.#remove(oldest);
    }
  }
}

type Facts<Owner> = Omit<Offer<Owner>, "token">;

/** Returns the latest offer if all are from one AC. */
function onlyAc<Owner>(offers: Offer<Owner>[]): Offer<Owner> | DropReason {
  const latest = offers.at(-1);
  if (latest === undefined) return "unsolicited";
  const { concentrator, acName } = latest;
  const isOne = offers.every((it) => it.concentrator === concentrator && it.acName === acName);
  return isOne ? latest : "ac-cookie-missing";
}

/** Returns the oldest offer of the AC address with the most offers; there must be one. */
function oldestOfMost<Owner>(offers: ReadonlyMap<string, Offer<Owner>>): Offer<Owner> {
  const byAc = new Map<Mac, { count: number; oldest: Offer<Owner> }>();
  let most: { count: number; oldest: Offer<Owner> } | undefined;
  for (const offer of offers.values()) {
    const entry = byAc.get(offer.concentrator) ?? { count: 0, oldest: offer };
    byAc.set(offer.concentrator, entry);
    entry.count++;
    if (most === undefined || entry.count > most.count) most = entry;
  }
  if (most === undefined) throw new RangeError("Cannot choose from no offers");
  return most.oldest;
}

/** Returns a key that is equal for the same offer made again. */
function identity<Owner>({ concentrator, acName, cookie }: Facts<Owner>): string {
  return `${concentrator}/${cookie?.toHex() ?? "-"}/${acName}`;
}

/** Returns what our cookie is bound to: the request, the AC and the AC's own cookie. */
function binding<Owner>({ pending, concentrator, cookie }: Facts<Owner>): string {
  return `${pending.key}/${concentrator}/${cookie?.toHex() ?? "-"}`;
}

function isSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

function bytesOf({ cookie }: Pick<Offer<unknown>, "cookie">): number {
  return OFFER_BYTES + (cookie?.length ?? 0);
}
