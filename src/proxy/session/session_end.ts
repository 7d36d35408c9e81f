/** Why a session ended; log field and metric label. */
export type SessionEnd =
  | "padt-customer"
  | "padt-ac"
  | "idle"
  | "gave-way" // the AC did not answer, and the same customer dialled again at a limit
  | "lcp-terminated" // PPP's link was terminated and no PADT followed
  | "admin" // requested by an operator
  | "ac-address" // the customer used the address of an AC, as another session has proved
  | "address-changed" // our interface has a new address, and the host knows the old one
  | "tunnel-lost" // and not resumed in time
  | "not-resumed" // the other side no longer has it
  | "server-changed"
  | "client-removed" // from the server's configuration
  | "shutdown"
  | "replaced"
  | "unwanted"; // the client did not ask for it any more, or was at a limit

/** The side of the tunnel on which a session ended first. */
export type EndSide = "client" | "server";

/** What is known of a session's end beyond its reason. */
export interface EndDetail {
  readonly side: EndSide;
  /** Tags of the PADT that ended it; empty if none did. */
  readonly tags: Uint8Array;
  /** The host that terminated the PPP link, for "lcp-terminated", if it was seen. */
  readonly host?: "customer" | "ac";
}

/** Numbers of the reasons in the tunnel's record "ended" (docs/protocol.md); 0 is none. */
export const END_CODES: Readonly<Record<SessionEnd, number>> = {
  "padt-customer": 1,
  "padt-ac": 2,
  "idle": 3,
  "gave-way": 4,
  "lcp-terminated": 5,
  "admin": 6,
  "ac-address": 7,
  "address-changed": 8,
  "tunnel-lost": 9,
  "not-resumed": 10,
  "server-changed": 11,
  "client-removed": 12,
  "shutdown": 13,
  "replaced": 14,
  "unwanted": 15,
};

const BY_CODE: ReadonlyMap<number, SessionEnd> = new Map(
  Object.entries(END_CODES).map(([end, code]) => [code, end as SessionEnd]),
);

/** Returns the reason of a number; undefined for one of a later version. */
export function endOfCode(code: number): SessionEnd | undefined {
  return BY_CODE.get(code);
}
