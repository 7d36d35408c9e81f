/** All routes of the admin API. */
import { logLevels } from "../../log.ts";
import type { Daemon } from "../../daemon/daemon.ts";
import { parseMac } from "../../pppoe/mac.ts";
import { freeStuck, type StuckSession } from "../../proxy/session/session_ends.ts";
import { CAPTURE } from "./capture_route.ts";
import { pageOfClients } from "./clients_page.ts";
import { LOG } from "./log_route.ts";
import { MESSAGE } from "./message_route.ts";
import { mergeClients, mergeSessions, mergeStatus, partOfPage } from "./merged_answers.ts";
import { refuse } from "../http/problem.ts";
import { HISTORY } from "./history_route.ts";
import { RELOAD } from "./reload_route.ts";
import * as asks from "./request_schema.ts";
import type { Route } from "../http/route.ts";
import * as says from "./response_schema.ts";
import { DEFAULT_PAGE, pastSessionsOf, sessionsOf } from "./sessions_snapshot.ts";
import { answersOf } from "./shard_answers.ts";
import { addClientSparklines, addSessionSparklines } from "./sparklines.ts";
import { STORY } from "./story_route.ts";
import { EVENTS } from "./stream_routes.ts";
import { readinessOf } from "./status_snapshot.ts";
import { totalsOf } from "./tunnel_totals.ts";
import { peerKey } from "../../daemon/session_facts.ts";
import { WEB_CODE, WEB_TOKEN } from "./web_routes.ts";
import { wantedPeer } from "./wanted_peer.ts";

const ok = (schema: Route["answers"][number]["schema"], description = "Done") => ({
  200: { description, ...(schema !== undefined && { schema }) },
});

const HEALTH: Route = {
  method: "get",
  path: "/healthz",
  summary: "Liveness of the process",
  answers: ok(says.Health, "Alive"),
  handle: () => ({ status: "ok" }),
};

const READY: Route = {
  method: "get",
  path: "/readyz",
  summary: "Readiness: the interface is up and, on a client, the tunnel too",
  answers: {
    ...ok(says.Readiness, "Ready"),
    503: { description: "Not ready", schema: says.Readiness },
  },
  handle(daemon, { context }) {
    const readiness = readinessOf(daemon);
    return context.json(readiness, readiness.ready ? 200 : 503);
  },
};

const STATUS: Route = {
  method: "get",
  path: "/api/v1/status",
  summary: "Status of the daemon",
  query: asks.StatusQuery,
  answers: ok(says.Status, "The status"),
  async handle(daemon, { context, query }) {
    const status = mergeStatus(await answersOf(daemon, "status", undefined), Date.now());
    const { brief = false } = query as asks.StatusQuery;
    const all = { ...status, totals: totalsOf(status.tunnels), role: context.env.role ?? "read" };
    return brief ? { ...all, tunnels: [], config: {} } : all;
  },
};

const CLIENTS: Route = {
  method: "get",
  path: "/api/v1/clients",
  summary: "The clients of a server; on a client, its servers",
  query: asks.ClientsQuery,
  answers: ok(says.Clients, "The clients"),
  async handle(daemon, { query }) {
    const wanted = query as asks.ClientsQuery;
    const name = wantedPeer(daemon.config().mode, wanted);
    const all = mergeClients(await answersOf(daemon, "clients", undefined));
    const page = pageOfClients(all, wanted, name);
    await addClientSparklines(daemon, "clients" in page ? page.clients : page.servers, wanted);
    return page;
  },
};

const SESSIONS: Route = {
  method: "get",
  path: "/api/v1/sessions",
  summary: "Lists open and held sessions; with past=true, ended sessions, newest first",
  query: asks.SessionsQuery,
  answers: ok(says.SessionPage, "One page of sessions"),
  async handle(daemon, { query }) {
    const wanted = query as asks.SessionsQuery;
    if (wanted.past) return pastSessionsOf(daemon, wanted);
    const page = await pageOfSessions(daemon, wanted);
    await addSessionSparklines(daemon, page.sessions, wanted);
    return page;
  },
};

const SESSION: Route = {
  method: "get",
  path: "/api/v1/sessions/{session}",
  summary: "One session",
  answers: ok(says.Session, "The session"),
  async handle(daemon, { params }) {
    const answers = await answersOf(daemon, "session", params.session);
    return answers.find((answer) => answer !== undefined) ?? unknownSession(params.session);
  },
};

const END_SESSION: Route = {
  method: "delete",
  path: "/api/v1/sessions/{session}",
  summary: "Ends a session, with a PADT to both sides",
  answers: ok(says.Closed, "Ended"),
  async handle(daemon, { params }) {
    const ended = await answersOf(daemon, "end", params.session);
    const session = ended.find((name) => name !== undefined) ?? unknownSession(params.session);
    return { session };
  },
};

const END_SESSIONS: Route = {
  method: "delete",
  path: "/api/v1/sessions",
  summary: "Ends all sessions of a client, or of a MAC address, with a PADT to both sides",
  query: asks.EndSessionsQuery,
  answers: ok(says.EndedSessions, "The names of the ended sessions"),
  async handle(daemon, { query }) {
    const wanted = query as asks.EndSessionsQuery;
    if (wantedPeer(daemon.config().mode, wanted) === undefined && wanted.mac === undefined) {
      refuse(400, `Say which sessions: with "${peerKey(daemon.config().mode)}" or "mac"`);
    }
    return { sessions: (await answersOf(daemon, "endAll", wanted)).flat() };
  },
};

const PADT: Route = {
  method: "post",
  path: "/api/v1/padt",
  summary: "Frees a stuck session: ends ours, or sends a PADT to the station on this side's wire",
  body: asks.PadtRequest,
  answers: ok(says.PadtSent, "The number of PADTs sent"),
  async handle(daemon, { body }) {
    const { proxy, link, config } = daemon;
    const { mac, from, session_id: sessionId } = body as asks.PadtRequest;
    const local = from === undefined ? undefined : parseMac(from);
    const peer = wantedPeer(config().mode, body as asks.PadtRequest);
    const stuck: StuckSession = { peer, mac: parseMac(mac) ?? 0, local, sessionId };
    const ended = (await answersOf(daemon, "stuck", stuck)).reduce((sum, count) => sum + count, 0);
    return { sent: ended > 0 ? ended : freeStuck(proxy.sessions, link.mac, stuck) };
  },
};

const LOG_LEVELS: Route = {
  method: "get",
  path: "/api/v1/log-level",
  summary: "The log level, and those of single topics",
  answers: ok(says.LogLevels, "The levels in use"),
  handle: () => logLevels(),
};

const LOG_LEVEL: Route = {
  method: "patch",
  path: "/api/v1/log-level",
  summary: "Sets the log level, globally or for one topic, until the next start",
  body: asks.LogLevelRequest,
  answers: ok(says.LogLevels, "The levels in use"),
  handle(daemon, { body }) {
    const { level, topic } = body as asks.LogLevelRequest;
    return daemon.setLogLevel(level, topic);
  },
};

const DRAIN: Route = {
  method: "post",
  path: "/api/v1/drain",
  summary: "Stops or resumes accepting new sessions; open sessions continue",
  body: asks.DrainRequest,
  answers: ok(says.Drained, "Whether the daemon is draining, and the number of sessions"),
  handle(daemon, { body }) {
    daemon.drain((body as asks.DrainRequest).enabled);
    const others = daemon.shards?.counts.otherSessions ?? 0;
    return { draining: daemon.draining, sessions: daemon.proxy.sessions.table.size + others };
  },
};

const METRICS: Route = {
  method: "get",
  path: "/metrics",
  summary: "Metrics in the Prometheus text format",
  answers: { 200: { description: "The metrics", type: "text/plain" } },
  async handle(daemon, { context }) {
    const { metricsText } = await import("../metrics/prometheus.ts");
    return context.body(await metricsText(daemon), 200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
    });
  },
};

const OPENAPI: Route = {
  method: "get",
  path: "/api/v1/openapi.json",
  summary: "This document",
  answers: { 200: { description: "OpenAPI 3.1", type: "application/json" } },
  handle: async () => (await import("./openapi.ts")).openapi(ROUTES),
};

async function pageOfSessions(
  daemon: Daemon,
  wanted: asks.SessionsQuery,
): Promise<says.Sessions> {
  if (daemon.shards === undefined) return sessionsOf(daemon, wanted);
  wantedPeer(daemon.config().mode, wanted); // refused here, not on another thread
  const parts = await answersOf(daemon, "sessions", partOfPage(wanted, DEFAULT_PAGE));
  return mergeSessions(parts, wanted, DEFAULT_PAGE);
}

function unknownSession(name: string): never {
  return refuse(404, `No session "${name}"; it may have ended`);
}

/** All routes, in the order of the OpenAPI document. */
export const ROUTES: readonly Route[] = [
  HEALTH,
  READY,
  STATUS,
  CLIENTS,
  SESSIONS,
  SESSION,
  END_SESSION,
  END_SESSIONS,
  HISTORY,
  MESSAGE,
  STORY,
  PADT,
  RELOAD,
  LOG,
  LOG_LEVELS,
  LOG_LEVEL,
  DRAIN,
  EVENTS,
  CAPTURE,
  METRICS,
  WEB_CODE,
  WEB_TOKEN,
  OPENAPI,
];
