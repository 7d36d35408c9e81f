import type { Mac } from "../../pppoe/mac.ts";

/** An AC's answer to a request that nobody waits for any more. */
export interface LateAnswer {
  readonly concentrator: Mac;
  /** Empty if it gave none. */
  readonly acName: string;
  /** Of the answer: PADO or PADS. */
  readonly code: number;
  /** Time since the last request, in milliseconds. */
  readonly delay: number;
}
