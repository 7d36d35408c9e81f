// @ts-check
/// <reference lib="dom" />
/** One client of a server, or one server of a client: its tunnel, traffic, sessions and events. */
import { h } from "preact";
import { ProblemError } from "./api.js";
import { peerWord, TunnelState } from "./clients.js";
import { EventsAbout } from "./events.js";
import { bytes, count, duration, NONE, peerOf, plural, roundTrip } from "./format.js";
import { rowsOf } from "./live.js";
import { Empty, Facts, Name, Section, Time } from "./parts.js";
import { Traffic } from "./plots.js";
import { addressOf } from "./route.js";
import { openColumns } from "./sessions.js";
import { PastTable } from "./session.js";
import { WITH_SPARKLINE } from "./spark.js";
import { FEW, Table } from "./table.js";

/** @typedef {import("./route.js").Route} Route @typedef {import("./live.js").Live} Live */

/** @param {Route} route @param {string} mode @returns {import("./live.js").Needs} */
export function clientNeeds({ id }, mode) {
  const peer = { [mode === "client" ? "server" : "client"]: id };
  const query = (/** @type {Record<string, string>} */ more) =>
    new URLSearchParams({ ...peer, ...more });
  const newest = { sort: "opened_at", order: "desc", limit: String(FEW), ...WITH_SPARKLINE };
  return {
    clients: `clients?${query({})}`,
    sessions: `sessions?${query(newest)}`,
    past: `sessions?${query({ past: "true", limit: String(FEW) })}`,
  };
}

/** @param {{ live: Live; route: Route }} facts */
export function ClientPage({ live, route }) {
  const { answers: { clients }, status } = live;
  const word = peerWord(status.mode);
  const title = [`${word} `, h(Name, { text: route.id, key: "name" })];
  if (clients === undefined || clients instanceof ProblemError) {
    return h(Section, { id: "client", title }, h(Empty, null, clients?.message ?? "Loading…"));
  }
  const [client] = rowsOf(clients);
  if (client === undefined) {
    const words = `No ${word.toLowerCase()} of this name is configured or has been connected. `;
    const all = h("a", { href: addressOf("clients") }, `All ${word.toLowerCase()}s`);
    return h(Section, { id: "client", title }, h(Empty, null, words, all));
  }
  return [
    h(ClientHead, { client, title, status, key: "head" }),
    h(Traffic, {
      id: "client-traffic",
      subject: { [word.toLowerCase()]: route.id },
      samples: live.series.of(`peer ${route.id}`),
      route,
      key: `traffic ${route.id}`,
    }),
    h(
      "div",
      { class: "halves", key: "more" },
      h(Section, { id: "client-facts", title: "Tunnel" }, h(Facts, { facts: tunnelFacts(client) })),
      h(EventsAbout, {
        id: "client-events",
        title: "Events",
        events: live.events.filter((event) => peerOf(event) === route.id),
        search: route.id,
        empty: `None of the latest events is about this ${word.toLowerCase()}.`,
      }),
    ),
    h(ClientSessions, { live, route, key: "sessions" }),
    h(ClientPast, { live, route, key: "past" }),
  ];
}

/** @param {{ client: any; title: any; status: any }} facts */
function ClientHead({ client, title, status }) {
  const name = peerOf(client);
  const tools = h(
    "span",
    { class: "tools" },
    h("a", { class: "button acting", href: addressOf("capture", "", { client: name }) }, "Capture"),
    h("a", { class: "button", href: addressOf("sessions", "", { client: name }) }, "Sessions"),
  );
  return h(
    Section,
    { id: "client", class: "head", title, tools },
    h(
      "p",
      { class: "lead" },
      h(TunnelState, { row: client, status }),
      h("span", null, `${plural(client.sessions, "session")} of ${count(client.session_limit)}`),
      client.rtt_seconds !== null &&
        h("span", null, `round trip ${roundTrip(client.rtt_seconds)}`),
    ),
    !client.up && h(NextWords, { client }),
  );
}

/** Why there is no tunnel, and what happens next. @param {{ client: any }} facts */
function NextWords({ client }) {
  const { down_cause: cause, down_reason: reason, failed_attempts: failed } = client;
  const [next, end] = [client.next_attempt_at, client.held_until].map((time) =>
    time && (Date.parse(time) - Date.now()) / 1_000
  );
  const words = [
    failed > 0 && `${plural(failed, "attempt")} failed`,
    next !== null && (next > 0 ? `next attempt in ${duration(next)}` : "attempt under way"),
    end !== null && `held sessions end ${end > 0 ? `in ${duration(end)}` : "now"}`,
  ].filter((part) => part);
  return [
    (cause ?? reason) !== null &&
    h("p", { class: "note bad", key: "cause" }, h(Name, { text: cause ?? reason })),
    words.length > 0 && h("p", { class: "note", key: "next" }, words.join("; ")),
  ];
}

/** @param {any} client */
function tunnelFacts(client) {
  const { transport } = client;
  return /** @type {import("./parts.js").Fact[]} */ ([
    ["Address", client.address ?? NONE],
    ["Transport", transport === null ? NONE : transport === "quic" ? "QUIC" : "TLS"],
    client.transport_reason && ["Why not QUIC", client.transport_reason],
    client.since && ["Connected", h(Time, { time: client.since })],
    client.down_since && ["Down since", h(Time, { time: client.down_since })],
    ["Tunnels since start", count(client.connects)],
    ["Queue", bytes(client.queue_bytes)],
    client.congestion_control && ["Congestion control", client.congestion_control],
    client.segment_bytes !== null && ["Segment", `${count(client.segment_bytes)} B`],
    client.retransmitted_segments !== null &&
    ["Segments sent again", count(client.retransmitted_segments)],
    ["Carried to the AC", `${bytes(client.bytes_up)}, ${count(client.frames_up)} frames`],
    ["Carried to customers", `${bytes(client.bytes_down)}, ${count(client.frames_down)} frames`],
  ].map((fact) => fact || false));
}

/** @param {{ live: Live; route: Route }} facts */
function ClientSessions({ live, route }) {
  const rows = rowsOf(live.answers.sessions);
  const total = live.answers.sessions?.total ?? 0;
  const all = h(
    "a",
    { href: addressOf("sessions", "", { client: route.id }) },
    `All ${count(total)}`,
  );
  return h(
    Section,
    {
      id: "client-sessions",
      title: "Newest sessions",
      aside: total > rows.length ? all : count(total),
    },
    rows.length === 0 ? h(Empty, null, "No sessions are open.") : h(Table, {
      id: "client-sessions",
      columns: openColumns(live).filter(({ kind }) => kind !== "peer"),
      rows,
      keyOf: (row) => row.session,
    }),
  );
}

/** @param {{ live: Live; route: Route }} facts */
function ClientPast({ live, route }) {
  const rows = rowsOf(live.answers.past);
  const address = addressOf("sessions", "", { client: route.id, state: "past" });
  return h(
    Section,
    { id: "client-past", title: "Ended last", aside: h("a", { href: address }, "All ended") },
    rows.length === 0
      ? h(Empty, null, "No session has ended yet.")
      : h(PastTable, { id: "client-past", sessions: rows, mode: live.status.mode }),
  );
}
