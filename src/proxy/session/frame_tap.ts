/** Taps: points at which frames can be observed. */
import type { Mac } from "../../pppoe/mac.ts";
import type { Peer, Session } from "./session.ts";

/** The owner of a frame; a session is one. */
export interface Party {
  readonly peer: Peer;
  readonly customer: Mac;
}

/** Our wire, or the tunnel, where a frame has the hosts' real addresses and the AC's session id. */
export type TapPoint = "wire" | "tunnel";

/** "in" for a received frame, "out" for a sent one. */
export type Direction = "in" | "out";

/** Observes frames at both places. Its arguments are valid during the call only. */
export interface FrameTap {
  /** A session frame's payload, at `bytes[at, at + length)`; the session gives its headers. */
  session(
    place: TapPoint,
    way: Direction,
    session: Session,
    bytes: Uint8Array,
    at: number,
    length: number,
  ): void;
  /** A whole discovery frame; `party` is undefined if its owner is unknown. */
  discovery(place: TapPoint, way: Direction, party: Party | undefined, frame: Uint8Array): void;
}
