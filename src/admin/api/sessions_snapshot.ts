import { formatMac, parseMac } from "../../pppoe/mac.ts";
import type { Daemon } from "../../daemon/daemon.ts";
import { handleIn, peerFact, sessionName, sessionPrefixes } from "../../daemon/session_facts.ts";
import type { Session as OpenSession } from "../../proxy/session/session.ts";
import { endByAdmin, idleTime } from "../../proxy/session/session_ends.ts";
import { COUNTERS } from "../../proxy/session/session_table.ts";
import type { PastSession as Ended } from "../../state/past.ts";
import type { EndSessionsQuery, SessionsQuery } from "./request_schema.ts";
import type { PastSession, PastSessions, Session, Sessions } from "./response_schema.ts";
import { isFound } from "./session_search.ts";
import { secondsOf, trafficOf } from "./traffic.ts";
import { wantedPeer } from "./wanted_peer.ts";

/** Number of sessions per page, unless the query says otherwise. */
export const DEFAULT_PAGE = 100;

/** Finds a session by its name; undefined if it does not exist. */
export function findSession({ config, proxy }: Daemon, name: string): OpenSession | undefined {
  for (const peer of proxy.peers.values()) {
    const handle = handleIn(name, sessionPrefixes(config(), peer.name));
    const session = handle && proxy.sessions.sessionByHandle(peer, handle);
    if (session) return session;
  }
  return undefined;
}

/** The API's view of an open session. */
export function sessionOf(daemon: Daemon, session: OpenSession): Session {
  const { table, lcp } = daemon.proxy.sessions;
  const age = daemon.now() - session.openedAt;
  return {
    session: sessionName(session),
    ...peerFact(daemon.config().mode, session.peer.name),
    customer_mac: formatMac(session.customer),
    ac_mac: formatMac(session.concentrator),
    session_id: session.acSessionId,
    wire_session_id: session.wireSessionId,
    handle: session.handle,
    state: stateOf(session),
    opened_at: new Date(Math.round(Date.now() - age)).toISOString(),
    ...trafficOf(daemon.config().mode, table.counters, session.index * COUNTERS),
    ac_rtt_seconds: secondsOf(lcp.roundTrip(session.index)),
    ac_name: session.names.ac || null,
    service_name: session.names.service || null,
    idle_seconds: idleTime(daemon.proxy.sessions, session, daemon.now()) / 1_000,
  };
}

function stateOf({ peer }: OpenSession): "open" | "held" {
  return peer.tunnel === undefined ? "held" : "open";
}

/** Returns a page of the open and held sessions that match. */
export function sessionsOf(daemon: Daemon, query: SessionsQuery): Sessions {
  const { offset = 0, limit = DEFAULT_PAGE } = query;
  const wanted = [...daemon.proxy.sessions.table].filter(filterOf(daemon, query));
  wanted.sort(order(daemon, query));
  return {
    total: wanted.length,
    offset,
    sessions: wanted.slice(offset, offset + limit).map((session) => sessionOf(daemon, session)),
  };
}

/** Ends all sessions that match, with a PADT to both sides; returns their names. */
export function endSessions(daemon: Daemon, query: EndSessionsQuery): string[] {
  const { sessions } = daemon.proxy;
  const wanted = [...sessions.table].filter(filterOf(daemon, query));
  for (const { peer, handle } of wanted) endByAdmin(sessions, peer, handle);
  return wanted.map(sessionName);
}

function filterOf(daemon: Daemon, query: SessionsQuery): (session: OpenSession) => boolean {
  const peer = wantedPeer(daemon.config().mode, query);
  const { mac, state, session_id, search } = query;
  const address = mac === undefined ? undefined : parseMac(mac);
  return (session) =>
    (peer === undefined || session.peer.name === peer) &&
    (address === undefined || session.customer === address || session.concentrator === address) &&
    (state === undefined || stateOf(session) === state) &&
    (session_id === undefined || session.acSessionId === session_id ||
      session.wireSessionId === session_id) &&
    (search === undefined || isFound(session, search));
}

function order(
  daemon: Daemon,
  { sort = "opened_at", order = sort === "client" || sort === "server" ? "asc" : "desc" }:
    SessionsQuery,
): (one: OpenSession, other: OpenSession) => number {
  const { counters } = daemon.proxy.sessions.table;
  const bytes = ({ index }: OpenSession): number => {
    const { bytes_up, bytes_down } = trafficOf("client", counters, index * COUNTERS);
    return bytes_up + bytes_down;
  };
  const by = {
    opened_at: (one: OpenSession, other: OpenSession) => one.openedAt - other.openedAt,
    bytes: (one: OpenSession, other: OpenSession) => bytes(one) - bytes(other),
    client: byPeer,
    server: byPeer,
  }[sort];
  return order === "asc" ? by : (one, other) => by(other, one);
}

function byPeer(one: OpenSession, other: OpenSession): number {
  return one.peer.name.localeCompare(other.peer.name) || one.handle - other.handle;
}

/** Returns a page of ended sessions, newest first. */
export function pastSessionsOf(daemon: Daemon, query: SessionsQuery): PastSessions {
  const { offset = 0, limit = DEFAULT_PAGE, mac, session_id, from, to, reason } = query;
  const wanted = {
    peer: wantedPeer(daemon.config().mode, query),
    mac: mac === undefined ? undefined : parseMac(mac),
    acSessionId: session_id,
    ...{ from, to, end: reason },
  };
  return {
    total: daemon.pastSessions.count(wanted),
    offset,
    sessions: daemon.pastSessions.query({ ...wanted, offset, limit }).map((past) =>
      pastOf(daemon.config().mode, past)
    ),
  };
}

function pastOf(mode: "server" | "client", past: Ended): PastSession {
  const { framesFromWire, bytesFromWire, framesToWire, bytesToWire } = past;
  return {
    ...peerFact(mode, past.peer),
    customer_mac: formatMac(past.customer),
    ac_mac: formatMac(past.concentrator),
    session_id: past.acSessionId,
    ac_name: past.acName || null,
    service_name: past.serviceName || null,
    opened_at: new Date(past.openedAt).toISOString(),
    closed_at: new Date(past.closedAt).toISOString(),
    reason: past.end,
    ...trafficOf(mode, [framesFromWire, bytesFromWire, framesToWire, bytesToWire]),
  };
}
