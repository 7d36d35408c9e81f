/** Where frames can be looked at while they pass. */
import type { Mac } from "../pppoe/mac.ts";
import type { Member, Session } from "./session.ts";

/** Whose frame it is; a session is one. */
export interface Party {
  readonly member: Member;
  readonly customer: Mac;
}

/** Our wire, or the tunnel: there a frame has the peers' real addresses and the AC's session id. */
export type Place = "wire" | "tunnel";

/** "in" for a frame that we take there, "out" for one that we put there. */
export type Way = "in" | "out";

/** Is shown frames of both places. What it is handed is valid during the call. */
export interface FrameTap {
  /** A session frame's payload, at `bytes[at, at + length)`; its headers follow from the session. */
  session(
    place: Place,
    way: Way,
    session: Session,
    bytes: Uint8Array,
    at: number,
    length: number,
  ): void;
  /** A whole discovery frame; without a party where it belongs to nobody that we know. */
  discovery(place: Place, way: Way, party: Party | undefined, frame: Uint8Array): void;
}
