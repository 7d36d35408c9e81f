import { SystemError } from "../errno.ts";
import type { Link, LinkOptions } from "./link.ts";
import { PacketLink } from "./packet_link.ts";
import { openPlainReceiver } from "./plain_receiver.ts";
import { openRing } from "./rx_ring.ts";

/** Errors by which a kernel refuses the ring, not the process. */
const RING_REFUSED: readonly string[] = ["ENOPROTOOPT", "EINVAL", "ENOMEM"];

/**
 * Opens a link on an interface. Uses the receive ring, a smaller ring if memory is short, or one
 * recv(2) per frame if the kernel refuses rings; `link.kind` says which. Throws SystemError, with
 * advice, if the link cannot be opened.
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
