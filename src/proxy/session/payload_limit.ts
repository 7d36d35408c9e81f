import type { Link } from "../../../ffi/link/link.ts";
import { CODE_PADI, CODE_PADO, CODE_PADR, CODE_PADS, PPPOE_HEADER } from "../../pppoe/constants.ts";
import type { DiscoveryPacket } from "../../pppoe/frame.ts";
import { lowerMaxPayload } from "../../pppoe/max_payload.ts";
import { MAX_RECORD_BODY } from "../../tunnel/record/record.ts";

/** Length of PPP's protocol field, which a PPP-Max-Payload does not include, in bytes. */
const PPP_PROTOCOL = 2;

const NEGOTIATING: ReadonlySet<number> = new Set([CODE_PADI, CODE_PADO, CODE_PADR, CODE_PADS]);

/**
 * Lowers a packet's PPP-Max-Payload to what a link and the tunnel can carry (RFC 4638). Each side
 * does so with every packet it receives, so both wires carry what customer and AC agree on.
 */
export function limitPayload(
  packet: DiscoveryPacket,
  link: Link,
  lowered: ((asked: number, allowed: number) => void) | undefined,
): void {
  if (!NEGOTIATING.has(packet.code)) return;
  const limit = Math.min(link.mtu - PPPOE_HEADER, MAX_RECORD_BODY) - PPP_PROTOCOL;
  const changed = lowerMaxPayload(packet.tags, limit);
  if (changed === undefined) return;
  packet.tags = changed.tags;
  lowered?.(changed.asked, changed.allowed);
}
