import { peerKey } from "../../daemon/session_facts.ts";
import { refuse } from "../http/problem.ts";

/**
 * Returns the peer that a request selects: with `client` on a server, with `server` on a client.
 * Refuses the other key, which would select nothing.
 */
export function wantedPeer(
  mode: "server" | "client",
  wanted: { client?: string | undefined; server?: string | undefined },
): string | undefined {
  const key = peerKey(mode);
  if (wanted[mode] === undefined) return wanted[key];
  return refuse(400, `This daemon is a ${mode}; use "${key}" instead of "${mode}"`);
}
