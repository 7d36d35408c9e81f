/** Names of peers and sessions, as log lines, events, the admin API and metrics give them. */
import { formatMac } from "../pppoe/mac.ts";
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

/** Returns the name by which `kick` takes a session while it is open: `<peer>.<handle>`. */
export function sessionName({ peer, handle }: Pick<Session, "peer" | "handle">): string {
  return `${encodeURIComponent(peer.name)}.${handle}`;
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
