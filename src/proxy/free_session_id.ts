import { RESERVED_SESSION_ID } from "../pppoe/constants.ts";
import type { Mac } from "../pppoe/mac.ts";
import type { SessionTable } from "./session_table.ts";

/** The AC's id, or where the customer has a session of that id already, the next free one. */
export function freeSessionId(
  table: SessionTable,
  customer: Mac,
  local: Mac,
  wanted: number,
): number | undefined {
  let id = wanted;
  for (let tries = 0; tries < RESERVED_SESSION_ID; tries++) {
    if (table.find(customer, local, id) < 0) return id;
    id = id + 1 === RESERVED_SESSION_ID ? 1 : id + 1;
  }
  return undefined;
}
