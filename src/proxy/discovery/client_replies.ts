import type { Link } from "../../../ffi/link/link.ts";
import { formatMac, type Mac, readMac } from "../../pppoe/mac.ts";
import type { DropReason } from "../session/drops.ts";
import type { ServerPolicy } from "../session/proxy_options.ts";
import type { Peer } from "../session/session.ts";
import type { Sessions } from "../session/sessions.ts";

/** Packets that a server's discovery sends to clients, and its drop counting. */
export class ClientReplies {
  #link: Link;
  #policy: Pick<ServerPolicy, "mac">;
  #sessions: Sessions;

  constructor(link: Link, policy: Pick<ServerPolicy, "mac">, sessions: Sessions) {
    this.#link = link;
    this.#policy = policy;
    this.#sessions = sessions;
  }

  /** Sends a discovery frame into a client's tunnel. */
  deliver(peer: Peer, handle: number, frame: Uint8Array): void {
    this.#sessions.outlet.toTunnel({ peer, customer: readMac(frame, 0) }, handle, frame);
    this.#sessions.writers.touch(peer);
  }

  /** Returns the address by which an AC knows a customer. */
  localAddress(customer: Mac): Mac {
    return this.#policy.mac === "own" ? readMac(this.#link.mac, 0) : customer;
  }

  /** Counts and reports a dropped packet. */
  drop(reason: DropReason, peer: Peer | undefined, packet?: { source: Mac }): void {
    this.#sessions.drops.drop(reason, () => ({
      ...(peer && { client: peer.name }),
      ...(packet && { mac: formatMac(packet.source) }),
    }));
  }
}
