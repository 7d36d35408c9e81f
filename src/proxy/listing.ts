import { ControlType } from "../tunnel/record/record.ts";
import { decodeResumed, encodeSessionList } from "../tunnel/session_list.ts";
import type { Tunnel } from "../tunnel/tunnel.ts";
import type { TunnelSink } from "../tunnel/tunnel_sink.ts";
import { reportEnded } from "./session/report_ended.ts";
import type { Peer, Session } from "./session/session.ts";

/**
 * The client's part of resuming: sends its list of sessions, as fast as the tunnel accepts it, and
 * returns the handler of the server's answer, which reports the number of kept sessions.
 */
export function listSessions(
  peer: Peer,
  tunnel: Tunnel,
  sessions: readonly Session[],
  resumed: (kept: number) => void,
): TunnelSink["control"] {
  peer.listing = true;
  reportEnded(tunnel, peer.endings.takeUntold());
  send(tunnel, encodeSessionList(sessions));
  return (type, body) => {
    const kept = type === ControlType.resumed ? decodeResumed(body) : undefined;
    if (kept === undefined) return "unknown-control-type";
    if (!peer.listing || kept > sessions.length) return "resumed-unexpected";
    peer.listing = false;
    resumed(kept);
    return undefined;
  };
}

async function send({ writer }: Tunnel, bodies: readonly Uint8Array[]): Promise<void> {
  for (const body of bodies) {
    if (writer.control(ControlType.sessions, body)) continue;
    await writer.drained();
    if (!writer.control(ControlType.sessions, body)) return; // the tunnel is closed
  }
  writer.flush();
}
