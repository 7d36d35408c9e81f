import type { DiscoveryPacket } from "../../pppoe/frame.ts";
import type { Party } from "../session/frame_tap.ts";
import type { PresentSilence } from "./ac_silence.ts";
import type { Pacing } from "./pacing.ts";
import type { ProxyLimits } from "../session/proxy_options.ts";
import type { Peer } from "../session/session.ts";

/** The discovery of one mode. */
export interface Discovery {
  /** Whether a frame from the wire exceeds its source's limit, so that it is dropped unread. */
  isExcess?(bytes: Uint8Array, offset: number, length: number): boolean;
  /** Handles a discovery frame without a session from the wire. */
  fromWire(packet: DiscoveryPacket): void;
  /** Handles a packet from a peer that belongs to no open session; a PADS brings its new handle. */
  fromTunnel(peer: Peer, handle: number, packet: DiscoveryPacket): void;
  /** Returns the owner of a sessionless frame from the wire; absent if all belong to one. */
  partyOf?(packet: DiscoveryPacket): Party | undefined;
  /** Removes a peer whose tunnel was lost. */
  removePeer(peer: Peer): void;
  /** Expires stale requests. */
  expire(): void;
  /** Number of discoveries in progress, and how their PADIs are paced, if they are. */
  readonly size: number;
  /** The ACs' silence, if it lasts. */
  readonly silence?: PresentSilence | undefined;
  readonly pacing?: Pacing | undefined;
  /** Applies new limits. */
  reconfigure(limits: ProxyLimits): void;
}
