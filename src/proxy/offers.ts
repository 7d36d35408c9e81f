import { TAG_AC_COOKIE } from "../pppoe/constants.ts";
import type { DiscoveryPacket } from "../pppoe/frame.ts";
import { fitsDiscovery, removeTag, replaceTag } from "../pppoe/tag_edit.ts";
import { findTag, type Tag } from "../pppoe/tags.ts";
import type { DropReason } from "./drops.ts";
import { MAX_OFFERS, type Offer, type Pending } from "./pending.ts";
import type { MacPolicy } from "./proxy_options.ts";
import { hex, tokenHandle, type TokenMint } from "./token.ts";

/**
 * What the ACs have offered, and which of it a customer chooses. Behind our own MAC address the AC's
 * would be lost, so each offer gets a cookie of ours from which a PADR tells its AC (RFC 3817
 * section 2.3).
 */
export class Offers<Owner> {
  #mac: MacPolicy;
  #mint: TokenMint;

  constructor(mac: MacPolicy, mint: TokenMint) {
    this.#mac = mac;
    this.#mint = mint;
  }

  /** Notes the offer in a PADO; returns the tags that the customer is to see. */
  take(pending: Pending<Owner>, packet: DiscoveryPacket, tags: Tag[]): Tag[] | DropReason {
    const cookie = findTag(tags, TAG_AC_COOKIE)?.slice();
    const offer = { concentrator: packet.source, cookie };
    if (this.#mac === "transparent") {
      if (pending.offers.size >= MAX_OFFERS) return "pending-limit";
      pending.offers.set(String(packet.source), offer);
      return tags;
    }
    for (const [handle, known] of pending.offers) {
      if (known.concentrator === packet.source) pending.offers.delete(handle); // it offers anew
    }
    if (pending.offers.size >= MAX_OFFERS) return "pending-limit";
    const token = this.#mint.mint(binding(pending, offer));
    pending.offers.set(tokenHandle(token) ?? "", offer);
    const wrapped = withCookie(tags, token);
    return fitsDiscovery(packet.code, wrapped) ? wrapped : "discovery-too-long";
  }

  /** The offer that a PADR asks for. */
  chosen(pending: Pending<Owner>, packet: DiscoveryPacket, tags: Tag[]): Offer | DropReason {
    if (this.#mac === "transparent") {
      return pending.offers.get(String(packet.destination)) ?? "unsolicited";
    }
    const cookie = findTag(tags, TAG_AC_COOKIE);
    if (cookie === undefined) {
      const [only, another] = pending.offers.values();
      return only !== undefined && another === undefined ? only : "ac-cookie-missing";
    }
    const offer = pending.offers.get(tokenHandle(cookie) ?? "");
    if (offer === undefined) return "ac-cookie-unknown";
    return this.#mint.verify(cookie, binding(pending, offer)) ? offer : "ac-cookie-unknown";
  }

  /** The tags of a PADR as the AC is to see them: with its own cookie. */
  unwrapped(tags: Tag[], offer: Offer): Tag[] {
    return this.#mac === "own" ? withCookie(tags, offer.cookie) : tags;
  }
}

/** What a cookie of ours is bound to: the request, the AC and the AC's own cookie. */
function binding<Owner>(pending: Pending<Owner>, offer: Offer): string {
  const cookie = offer.cookie === undefined ? "-" : hex(offer.cookie);
  return `${pending.key}/${offer.concentrator}/${cookie}`;
}

function withCookie(tags: readonly Tag[], cookie: Uint8Array | undefined): Tag[] {
  return cookie === undefined
    ? removeTag(tags, TAG_AC_COOKIE)
    : replaceTag(tags, TAG_AC_COOKIE, cookie);
}
