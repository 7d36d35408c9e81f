import type { Mac } from "./mac.ts";

/** The numbers and addresses of a forwarded session. */
export interface SessionIdentity {
  /** Identifies the session on the tunnel: 1 to 65,535. */
  readonly handle: number;
  readonly customer: Mac;
  readonly concentrator: Mac;
  /** The id that the AC assigned, carried by discovery frames on the tunnel: 1 to 65,534. */
  readonly acSessionId: number;
  /**
   * The id on this side's wire: 1 to 65,534. It differs from the AC's if the client proxy had to
   * renumber.
   */
  readonly wireSessionId: number;
  /** Address of the host on this side's wire. */
  readonly remote: Mac;
  /** Our own address on this side's wire. */
  readonly local: Mac;
}
