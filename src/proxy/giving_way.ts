/** A session whose AC is silent makes room for the next one of its own customer. */
import type { Mac } from "../pppoe/mac.ts";
import type { Member, Session } from "./session.ts";
import { type SessionSwitch, TELL_BOTH } from "./session_switch.ts";
import { AC_HEARD, COUNTERS, UNANSWERED } from "./session_table.ts";

/** How long the AC has left the customer without an answer. Milliseconds. */
const UNANSWERED_FOR = 10_000;
/** How long the AC has been silent where the customer said nothing either. Milliseconds. */
const SILENT_FOR = 30_000;

/** Whether a session of this customer would give way. */
export function couldGiveWay(sessions: SessionSwitch, member: Member, customer: Mac): boolean {
  return mostSilent(sessions, member, customer) !== undefined;
}

/**
 * Ends the session of this customer whose AC has been silent longest, with a PADT to both peers;
 * false where all are alive. An AC that lost its power says nothing, and without this its dead
 * sessions would fill the customer's limit.
 */
export function giveWay(sessions: SessionSwitch, member: Member, customer: Mac): boolean {
  const session = mostSilent(sessions, member, customer);
  if (session === undefined) return false;
  sessions.close(session, "gave-way", TELL_BOTH);
  return true;
}

function mostSilent(
  sessions: SessionSwitch,
  member: Member,
  customer: Mac,
): Session | undefined {
  const { counters } = sessions.table;
  let found: Session | undefined;
  let since = Infinity;
  const time = sessions.now();
  for (const session of member.customers.get(customer) ?? []) {
    const at = session.index * COUNTERS;
    const heard = counters[at + AC_HEARD];
    const asked = counters[at + UNANSWERED];
    const isSilent = time - heard >= SILENT_FOR || asked > 0 && time - asked >= UNANSWERED_FOR;
    if (!isSilent || heard >= since) continue;
    [found, since] = [session, heard];
  }
  return found;
}
