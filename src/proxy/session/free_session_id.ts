import { RESERVED_SESSION_ID } from "../../pppoe/constants.ts";
import type { Mac } from "../../pppoe/mac.ts";
import type { ClosedPlaces } from "./closed_places.ts";
import type { SessionTable } from "./session_table.ts";

/**
 * Returns the AC's id, or the next free one if the customer already has a session of that id or may
 * still answer the end of one; undefined if none is free.
 */
export function freeSessionId(
  table: SessionTable,
  closed: ClosedPlaces,
  { customer, local }: { customer: Mac; local: Mac },
  wanted: number,
): number | undefined {
  let id = wanted;
  for (let tries = 0; tries < RESERVED_SESSION_ID; tries++) {
    const isTaken = table.find(customer, local, id) >= 0 ||
      closed.has({ remote: customer, local, wireSessionId: id });
    if (!isTaken) return id;
    id = id + 1 === RESERVED_SESSION_ID ? 1 : id + 1;
  }
  return undefined;
}
