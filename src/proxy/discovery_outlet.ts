import type { Link } from "../../ffi/link.ts";
import { CODE_PADT } from "../pppoe/constants.ts";
import { padt } from "../pppoe/discovery.ts";
import { encodeDiscovery } from "../pppoe/frame.ts";
import type { Mac } from "../pppoe/mac.ts";
import type { Drops } from "./drops.ts";
import type { FrameTap, Party } from "./frame_tap.ts";
import type { ProxyOptions } from "./proxy_options.ts";
import type { Session } from "./session.ts";
import type { Tallies } from "./tallies.ts";

/** What an outlet is made of. */
export interface OutletOptions
  extends Pick<ProxyOptions, "trace" | "etherTypes" | "isHostSession"> {
  side: "server" | "client";
  link: Link;
  drops: Drops;
}

/** Where discovery frames leave: counted, and shown to the debug log and to whoever looks. */
export class DiscoveryOutlet {
  #options: OutletOptions;
  #tallies: Tallies;
  #tap: () => FrameTap | undefined;

  constructor(options: OutletOptions, tallies: Tallies, tap: () => FrameTap | undefined) {
    this.#options = options;
    this.#tallies = tallies;
    this.#tap = tap;
  }

  /** Sends a frame on the wire. */
  toWire(party: Party | undefined, frame: Uint8Array): void {
    const { trace, link } = this.#options;
    trace("to-wire", frame, {});
    this.#tallies.frame("to-wire", frame);
    this.#tap()?.discovery("wire", "out", party, frame);
    link.send(frame);
  }

  /** Puts a frame into a tunnel; whoever calls sees to it that it is flushed. */
  toTunnel(party: Party, handle: number, frame: Uint8Array): void {
    const { trace, side, drops } = this.#options;
    const { name, tunnel } = party.member;
    if (side === "server") trace("to-client", frame, { client: name });
    else trace("to-server", frame, { server: name });
    if (tunnel === undefined) return drops.count("no-tunnel");
    if (!tunnel.writer.discovery(handle, frame)) {
      // The far proxy must hear of an end; on its next tunnel it does.
      if (handle !== 0 && frame[15] === CODE_PADT) tunnel.overrun();
      return drops.count("queue-full");
    }
    this.#tallies.frame("to-tunnel", frame);
    this.#tap()?.discovery("tunnel", "out", party, frame);
  }

  /** Sends a packet of a session on the wire. */
  packetToWire(session: Session, code: number, tags: Uint8Array): void {
    const { remote: destination, local: source, wireSessionId: sessionId } = session;
    const packet = { destination, source, code, sessionId, tags };
    this.toWire(session, encodeDiscovery(packet, this.#options.etherTypes[0]));
  }

  /** Sends a packet of a session through its tunnel at once, between the peers' real addresses. */
  packetToTunnel(session: Session, code: number, tags: Uint8Array): void {
    const { customer, concentrator, acSessionId: sessionId } = session;
    const [source, destination] = this.#options.side === "server"
      ? [concentrator, customer]
      : [customer, concentrator];
    const packet = { destination, source, code, sessionId, tags };
    this.toTunnel(session, session.handle, encodeDiscovery(packet));
    session.member.tunnel?.writer.flush();
  }

  /**
   * Whether a session on our wire is one of the host's own kernel, which nobody here may end or take;
   * `ifUnknown` where that cannot be told.
   */
  isHosts(remote: Mac, sessionId: number, ifUnknown: boolean): boolean {
    return this.#options.isHostSession?.(remote, sessionId, ifUnknown) === true;
  }

  /** Tells a peer on the wire that there is no such session, with a PADT, unless the host has it. */
  refuse(remote: Mac, local: Mac, sessionId: number, party?: Party): void {
    if (this.isHosts(remote, sessionId, true)) return;
    this.toWire(party, padt(remote, local, sessionId, [], this.#options.etherTypes[0]));
  }
}
