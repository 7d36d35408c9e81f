import { SystemError } from "./errno.ts";
import type { Link, LinkOptions } from "./link.ts";
import { PacketLink } from "./packet_link.ts";
import { openPlainReceiver } from "./plain_receiver.ts";
import { openRing } from "./rx_ring.ts";

/** Errors by which a kernel refuses a ring, as against refusing us. */
const RING_REFUSED: readonly string[] = ["ENOPROTOOPT", "EINVAL", "ENOMEM"];

/**
 * Opens a link on an interface; throws SystemError, with what to do, where that is refused. Uses
 * the receive ring, a smaller one where memory is short, and one recv(2) a frame where the kernel refuses rings (`link.kind` tells).
 */
export function openLink(options: LinkOptions): Link {
  if (options.kind === "plain") return new PacketLink("plain", options, openPlainReceiver);
  try {
    return new PacketLink("ring", options, openRing);
  } catch (error) {
    const refused = error instanceof SystemError && RING_REFUSED.includes(error.code);
    if (!refused || options.kind === "ring") throw error;
    return new PacketLink("plain", options, openPlainReceiver);
  }
}
