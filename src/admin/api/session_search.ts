import { formatMac } from "../../pppoe/mac.ts";
import type { Session } from "../../proxy/session/session.ts";

/**
 * Whether a session matches a search text: a part of either address, of the peer's, the AC's or
 * the service's name, or one of its ids, decimal or as "0x01a4".
 */
export function isFound(session: Session, typed: string): boolean {
  const text = typed.trim().toLowerCase();
  const ids = [session.acSessionId, session.wireSessionId];
  return ids.some((id) => text === String(id) || text === hexadecimal(id)) ||
    [
      session.peer.name,
      formatMac(session.customer),
      formatMac(session.concentrator),
      session.names.ac,
      session.names.service,
    ].some((word) => word.toLowerCase().includes(text));
}

function hexadecimal(id: number): string {
  return `0x${id.toString(16).padStart(4, "0")}`;
}
