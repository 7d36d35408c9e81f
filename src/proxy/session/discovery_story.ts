import type { LoginRefusal } from "../../pppoe/authentication.ts";
import type { DiscoveryPacket } from "../../pppoe/frame.ts";
import type { Mac } from "../../pppoe/mac.ts";
import type { Tag } from "../../pppoe/tags.ts";
import type { DropReason } from "./drops.ts";
import type { Peer, Session } from "./session.ts";

/** Notes what discovery does for each customer, and how its login ends. `peer` is undefined on a client without a tunnel. */
export interface DiscoveryStory {
  /** A customer's valid PADI or PADR, or an answer that is forwarded to it. */
  packet(
    peer: Peer | undefined,
    customer: Mac,
    packet: Pick<DiscoveryPacket, "code" | "source" | "destination">,
    tags: readonly Tag[],
  ): void;
  /** A packet of a customer, or an answer to it, was dropped. */
  refused(peer: Peer | undefined, customer: Mac, reason: DropReason): void;
  /** The AC refused the customer's login in PPP. */
  loginRefused(session: Session, refusal: LoginRefusal): void;
}
