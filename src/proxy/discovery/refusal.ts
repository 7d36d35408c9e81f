import { CODE_PADI } from "../../pppoe/constants.ts";
import { padoError, padsError } from "../../pppoe/discovery.ts";
import { acSystemError, errorText, genericError } from "../../pppoe/error_tags.ts";
import type { DiscoveryPacket } from "../../pppoe/frame.ts";
import type { Mac } from "../../pppoe/mac.ts";
import type { Tag } from "../../pppoe/tags.ts";
import type { DropReason } from "../session/drops.ts";

/**
 * Returns the tag that gives a customer the reason for a dropped request (RFC 2516 section 5.4).
 */
export function refusalTag(reason: DropReason): Tag {
  switch (reason) {
    case "session-limit":
      return acSystemError("session limit reached");
    case "customer-session-limit":
      return acSystemError("session limit of this host reached");
    case "offer-used":
      return genericError("this offer has led to a session; send a new PADI");
    case "draining":
      return acSystemError("no new sessions at present");
    case "discovery-too-long":
      return genericError("no room for a relay's tag");
    case "unsolicited":
      return genericError("no matching offer; send a new PADI");
    default:
      return acSystemError(`busy: ${reason}`);
  }
}

/** What `refusalTag` says. */
const OWN_WORDS =
  /^(session limit reached|session limit of this host reached|no new sessions at present|this offer has led to a session; send a new PADI|no room for a relay's tag|no matching offer; send a new PADI|busy: [a-z-]+)$/;

/** Whether an error tag is a proxy's own, rather than an AC's: a server refuses in its name. */
export function isProxyRefusal(tag: Tag): boolean {
  return OWN_WORDS.test(errorText(tag));
}

/** Mere repetition or excess gets no answer, which would double the traffic. */
const SILENT: ReadonlySet<DropReason> = new Set(["padr-repeated", "discovery-rate"]);

/** Whether a request is dropped silently. */
export function isSilent(reason: DropReason): boolean {
  return SILENT.has(reason);
}

/**
 * Returns the frame in which a server reports why it dropped a request; undefined where the
 * protocol requires silence. RFC 2516 section 5.2 requires it of an AC that cannot serve a PADI,
 * except that a PADI without room for tags is answered (TR-101 section 3.9.2). `own` is our
 * address.
 */
export function refusalFrame(
  reason: DropReason,
  packet: DiscoveryPacket,
  tags: Tag[],
  own: Mac,
): Uint8Array | undefined {
  if (isSilent(reason)) return undefined;
  if (packet.code === CODE_PADI) {
    if (reason !== "discovery-too-long") return undefined;
    const asked = { ...packet, destination: own };
    return padoError(asked, tags, refusalTag(reason));
  }
  return padsError(packet, tags, refusalTag(reason));
}
