/** Words of a running daemon, for the completion of command lines. */
import { Clients, peerOf, Sessions } from "../../admin/api/response_schema.ts";
import { MAX_PAGE } from "../../admin/api/request_schema.ts";
import { AdminClient } from "./admin_client.ts";
import type { Arguments } from "../arguments.ts";
import { findSocket } from "./find_socket.ts";

/** Time in which a daemon must answer, in milliseconds: somebody waits at a keyboard. */
const PATIENCE = 1_000;

/** Kinds of words that a daemon knows. */
export const LIVE_KINDS = ["client", "server", "session", "mac"] as const;
export type LiveKind = typeof LIVE_KINDS[number];

/**
 * Returns the words of a kind that the selected daemon has now, those of at most 1,000 sessions;
 * none if there is no such daemon, whatever the reason.
 */
export async function liveWords(
  kind: LiveKind,
  args: Pick<Arguments, "values">,
): Promise<string[]> {
  try {
    using client = new AdminClient(await findSocket(args));
    return await wordsOf(kind, client, AbortSignal.timeout(PATIENCE));
  } catch {
    return [];
  }
}

async function wordsOf(
  kind: LiveKind,
  client: AdminClient,
  signal: AbortSignal,
): Promise<string[]> {
  if (kind === "client" || kind === "server") {
    const answer = await client.json({ path: "/api/v1/clients", signal }, Clients);
    const rows = "clients" in answer ? answer.clients : answer.servers;
    return "clients" in answer === (kind === "client") ? rows.map(peerOf) : [];
  }
  const request = { path: "/api/v1/sessions", query: { limit: MAX_PAGE }, signal };
  const { sessions } = await client.json(request, Sessions);
  return kind === "session"
    ? sessions.map(({ session }) => session)
    : [...new Set(sessions.flatMap(({ customer_mac, ac_mac }) => [customer_mac, ac_mac]))].sort();
}
