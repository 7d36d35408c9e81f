import { acSystemError, genericError } from "../pppoe/error_tags.ts";
import type { Tag } from "../pppoe/tags.ts";
import type { DropReason } from "./drops.ts";

/** What a customer is told of a request that was dropped (RFC 2516 section 5.4). */
export function refusalTag(reason: DropReason): Tag {
  switch (reason) {
    case "session-limit":
      return acSystemError("session limit reached");
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
