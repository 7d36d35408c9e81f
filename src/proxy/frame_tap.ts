/** Taps: points at which frames can be observed. */
import type { Mac } from "../pppoe/mac.ts";
import type { Member, Session } from "./session.ts";

/** The owner of a frame; a session is one. */
export interface Party {
  readonly member: Member;
  readonly customer: Mac;
}

/** Our wire, or the tunnel, where a frame has the hosts' real addresses and the AC's session id. */
export type Place = "wire" | "tunnel";

/** "in" for a received frame, "out" for a sent one. */
export type Way = "in" | "out";

/** Observes frames at both places. Its arguments are valid during the call only. */
export interface FrameTap {
  /** A session frame's payload, at `bytes[at, at + length)`; the session gives its headers. */
  session(
    place: Place,
    way: Way,
    session: Session,
    bytes: Uint8Array,
    at: number,
    length: number,
  ): void;
  /** A whole discovery frame; `party` is undefined if its owner is unknown. */
  discovery(place: Place, way: Way, party: Party | undefined, frame: Uint8Array): void;
}
