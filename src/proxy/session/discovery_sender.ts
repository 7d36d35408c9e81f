import type { Link } from "../../../ffi/link/link.ts";
import { CODE_PADT } from "../../pppoe/constants.ts";
import { padt } from "../../pppoe/discovery.ts";
import { encodeDiscovery } from "../../pppoe/frame.ts";
import type { Mac } from "../../pppoe/mac.ts";
import type { Drops } from "./drops.ts";
import type { FrameTap, Party } from "./frame_tap.ts";
import type { ProxyOptions } from "./proxy_options.ts";
import type { Session } from "./session.ts";
import type { DiscoveryStats } from "./discovery_stats.ts";

/** Dependencies of a discovery sender. */
export interface OutletOptions
  extends Pick<ProxyOptions, "trace" | "etherTypes" | "isHostSession"> {
  side: "server" | "client";
  link: Link;
  drops: Drops;
}

/** Sends discovery frames: counts them and shows them to the debug log and to captures. */
export class DiscoveryOutlet {
  #options: OutletOptions;
  #discoveryStats: DiscoveryStats;
  #tap: () => FrameTap | undefined;

  constructor(
    options: OutletOptions,
    discoveryStats: DiscoveryStats,
    tap: () => FrameTap | undefined,
  ) {
    this.#options = options;
    this.#discoveryStats = discoveryStats;
    this.#tap = tap;
  }

  /** Sends a frame on the wire. */
  toWire(party: Party | undefined, frame: Uint8Array): void {
    const { trace, link } = this.#options;
    trace("to-wire", frame, {});
    this.#discoveryStats.frame("to-wire", frame);
    this.#tap()?.discovery("wire", "out", party, frame);
    link.send(frame);
  }

  /** Queues a frame for a tunnel; the caller must flush it. */
  toTunnel(party: Party, handle: number, frame: Uint8Array): void {
    const { trace, side, drops } = this.#options;
    const { name, tunnel } = party.peer;
    if (side === "server") trace("to-client", frame, { client: name });
    else trace("to-server", frame, { server: name });
    if (tunnel === undefined) return drops.count("no-tunnel");
    if (!tunnel.writer.discovery(handle, frame)) {
      // The other proxy must learn of a session's end; it does on its next tunnel.
      if (handle !== 0 && frame[15] === CODE_PADT) tunnel.overrun();
      return drops.count("queue-full");
    }
    this.#discoveryStats.frame("to-tunnel", frame);
    this.#tap()?.discovery("tunnel", "out", party, frame);
  }

  /** Sends a packet of a session on the wire. */
  packetToWire(session: Session, code: number, tags: Uint8Array): void {
    const { remote: destination, local: source, wireSessionId: sessionId } = session;
    const packet = { destination, source, code, sessionId, tags };
    this.toWire(session, encodeDiscovery(packet, this.#options.etherTypes[0]));
  }

  /** Sends a packet of a session through its tunnel at once, between the hosts' real addresses. */
  packetToTunnel(session: Session, code: number, tags: Uint8Array): void {
    const { customer, concentrator, acSessionId: sessionId } = session;
    const [source, destination] = this.#options.side === "server"
      ? [concentrator, customer]
      : [customer, concentrator];
    const packet = { destination, source, code, sessionId, tags };
    this.toTunnel(session, session.handle, encodeDiscovery(packet));
    session.peer.tunnel?.writer.flush();
  }

  /**
   * Whether a session on our wire belongs to this machine's own kernel; the proxy must not end or
   * reuse it. Returns `ifUnknown` if that cannot be determined.
   */
  isHosts(remote: Mac, sessionId: number, ifUnknown: boolean): boolean {
    return this.#options.isHostSession?.(remote, sessionId, ifUnknown) === true;
  }

  /**
   * Sends a PADT for an unknown session to a host on the wire, unless the kernel has the session.
   */
  refuse(remote: Mac, local: Mac, sessionId: number, party?: Party): void {
    if (this.isHosts(remote, sessionId, true)) return;
    this.toWire(party, padt(remote, local, sessionId, [], this.#options.etherTypes[0]));
  }
}
