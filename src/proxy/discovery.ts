import type { DiscoveryPacket } from "../pppoe/frame.ts";
import type { Party } from "./frame_tap.ts";
import type { Pacing } from "./pacing.ts";
import type { ProxyLimits } from "./proxy_options.ts";
import type { Member } from "./session.ts";

/** The discovery of one mode. */
export interface Discovery {
  /** Whether a frame from the wire is one too many of its source, and is dropped unread. */
  isExcess?(bytes: Uint8Array, offset: number, length: number): boolean;
  /** A discovery frame without a session, from the wire. */
  fromWire(packet: DiscoveryPacket): void;
  /** A packet from a member that belongs to no open session; a PADS brings its new handle. */
  fromTunnel(member: Member, handle: number, packet: DiscoveryPacket): void;
  /** Whose a discovery frame without a session is, from the wire; not asked where all are one's. */
  partyOf?(packet: DiscoveryPacket): Party | undefined;
  /** A member has gone. */
  removeMember(member: Member): void;
  /** Forgets requests that nobody waits for any longer. */
  expire(): void;
  /** Discoveries under way; how their PADIs are paced, if they are. */
  readonly size: number;
  readonly pacing?: Pacing | undefined;
  /** Takes over other limits. */
  reconfigure(limits: ProxyLimits): void;
}
