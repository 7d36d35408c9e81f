import type { DiscoveryPacket } from "../../pppoe/frame.ts";
import { checkDiscovery } from "../../pppoe/rules.ts";
import { readTags, type Tag } from "../../pppoe/tags.ts";
import type { DropReason } from "../session/drops.ts";

/** Returns the packet's tags if they are valid for its code. */
export function checkedTags(packet: DiscoveryPacket): Tag[] | DropReason {
  const tags = readTags(packet.tags);
  if (typeof tags === "string") return tags;
  return checkDiscovery(packet, tags) ?? tags;
}
