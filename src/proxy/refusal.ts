import { CODE_PADI } from "../pppoe/constants.ts";
import { padoError, padsError } from "../pppoe/discovery.ts";
import { acSystemError, genericError } from "../pppoe/error_tags.ts";
import type { DiscoveryPacket } from "../pppoe/frame.ts";
import type { Mac } from "../pppoe/mac.ts";
import type { Tag } from "../pppoe/tags.ts";
import type { DropReason } from "./drops.ts";

/** What a customer is told of a request that was dropped (RFC 2516 section 5.4). */
export function refusalTag(reason: DropReason): Tag {
  switch (reason) {
    case "session-limit":
      return acSystemError("session limit reached");
    case "customer-session-limit":
      return acSystemError("session limit of this host reached");
    case "offer-used":
      return genericError("this offer has led to a session; ask anew");
    case "draining":
      return acSystemError("no new sessions for now");
    case "discovery-too-long":
      return genericError("no room for a relay's tag");
    case "unsolicited":
      return genericError("no offer was asked for");
    default:
      return acSystemError(`busy: ${reason}`);
  }
}

/** What is only repeated or too much gets no answer: that would be as many frames again. */
const SILENT: ReadonlySet<DropReason> = new Set(["padr-repeated", "discovery-rate"]);

/** Whether a request is dropped without a word. */
export function isSilent(reason: DropReason): boolean {
  return SILENT.has(reason);
}

/**
 * The frame by which a server says why it drops a request, or undefined where the protocol wants
 * silence: RFC 2516 section 5.2 does so from who cannot serve a PADI, except that a PADI without
 * room is answered (TR-101 section 3.9.2). `own` is our address.
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
