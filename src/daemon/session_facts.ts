/** Names of peers and sessions, as log lines, events, the admin API and metrics give them. */
import { formatAddress } from "../config/addresses.ts";
import type { Config } from "../config/types.ts";
import { formatMac, type Mac } from "../pppoe/mac.ts";
import { printable } from "../printable.ts";
import type { Session } from "../proxy/session/session.ts";

type Mode = "server" | "client";

/** A peer by its name: a client on the server, a server's address on the client. */
export type PeerFact = { client: string } | { server: string };

/** Returns the key under which this mode names its peers. */
export function peerKey(mode: Mode): "client" | "server" {
  return mode === "server" ? "client" : "server";
}

/** Returns a peer's name under this mode's key. */
export function peerFact(mode: Mode, name: string): PeerFact {
  return mode === "server" ? { client: name } : { server: name };
}

/** Returns an AC's address, and its name if it gave one. */
export function acFacts(mac: Mac, name: string): { "ac_mac": string; "ac_name"?: string } {
  return { "ac_mac": formatMac(mac), ...(name !== "" && { "ac_name": printable(name) }) };
}

/**
 * Returns the name by which `kick` takes a session while it is open: `<peer>.<handle>`, on a client
 * with one server only the handle.
 */
export function sessionName({ peer, handle }: Pick<Session, "peer" | "handle">): string {
  return `${peer.prefix}${handle}`;
}

/**
 * Returns what precedes the handle in the names of a peer's sessions. A server's address is as it
 * is; a client's name may have any characters.
 */
export function sessionPrefix(config: Config, peer: string): string {
  if (isOnlyServer(config, peer)) return "";
  return config.mode === "client" ? `${peer}.` : `${encodeURIComponent(peer)}.`;
}

/** Returns everything that may precede the handle when people name a peer's session. */
export function sessionPrefixes(config: Config, peer: string): string[] {
  const long = [`${encodeURIComponent(peer)}.`, `${peer}.`];
  // The server's name of the session is `<this client>.<handle>`.
  return isOnlyServer(config, peer) && config.mode === "client"
    ? ["", `${encodeURIComponent(config.tunnel.name)}.`, ...long]
    : long;
}

/** Returns the handle in a session's name if one of these prefixes precedes it. */
export function handleIn(name: string, prefixes: readonly string[]): number | undefined {
  for (const prefix of prefixes) {
    const rest = name.startsWith(prefix) ? name.slice(prefix.length) : "";
    const handle = /^\d{1,5}$/.test(rest) ? Number(rest) : 0;
    if (handle >= 1 && handle <= 0xffff) return handle;
  }
  return undefined;
}

function isOnlyServer(config: Config, peer: string): boolean {
  return config.mode === "client" && config.tunnel.connect.length === 1 &&
    formatAddress(config.tunnel.connect[0]) === peer;
}

/** Returns what identifies a session: its peer, name, addresses and PPPoE session ids. */
export function sessionFacts(mode: Mode, session: Session): Record<string, string | number> {
  return {
    ...peerFact(mode, session.peer.name),
    session: sessionName(session),
    customer_mac: formatMac(session.customer),
    ac_mac: formatMac(session.concentrator),
    session_id: session.acSessionId,
    ...(session.wireSessionId !== session.acSessionId &&
      { wire_session_id: session.wireSessionId }),
  };
}
