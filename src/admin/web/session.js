// @ts-check
/// <reference lib="dom" />
/** One session: its facts, traffic, events and earlier sessions of its customer. */
import { h } from "preact";
import { ProblemError } from "./api.js";
import { EventsAbout } from "./events.js";
import {
  bytes,
  count,
  duration,
  NONE,
  peerOf,
  roundTrip,
  sessionId,
  sessionName,
  since,
} from "./format.js";
import { Empty, Facts, Mac, Name, PeerLink, Section, State, Time } from "./parts.js";
import { Traffic } from "./plots.js";
import { addressOf } from "./route.js";
import { Disconnect, pastColumns } from "./sessions.js";
import { Story } from "./story.js";
import { Table } from "./table.js";

/** @typedef {import("./route.js").Route} Route @typedef {import("./live.js").Live} Live */

/** @param {Route} route @returns {import("./live.js").Needs} */
export function sessionNeeds({ id }) {
  return { session: `sessions/${encodeURIComponent(id)}` };
}

/** What was last known of the sessions looked at, for those that end meanwhile. @type {Map<string, any>} */
const known = new Map();
/** Sessions that are remembered so. */
const KNOWN = 50;

/** @param {string} id @param {any} answer */
function remembered(id, answer) {
  if (answer?.session !== undefined) {
    known.delete(id);
    known.set(id, answer);
    if (known.size > KNOWN) known.delete([...known.keys()][0]);
  }
  return known.get(id);
}

/** @param {{ live: Live; route: Route }} facts */
export function SessionPage({ live, route }) {
  const answer = live.answers.session;
  const session = remembered(route.id, answer);
  const gone = answer instanceof ProblemError;
  if (session === undefined) {
    return h(
      Section,
      { id: "session", title: ["Session ", h(Name, { text: sessionName(route.id) })] },
      h(Empty, null, gone ? h(Gone, { answer }) : "Loading…"),
    );
  }
  return [
    h(SessionHead, { session, gone, live, key: "head" }),
    h(Traffic, {
      id: "session-traffic",
      subject: { session: route.id },
      samples: live.series.of(`session ${route.id}`),
      route,
      key: `traffic ${route.id}`,
    }),
    h(
      "div",
      { class: "halves", key: "more" },
      h(SessionFacts, { session, gone }),
      h(
        "div",
        { class: "wide" },
        h(Story, { mac: session.customer_mac, client: session.client }),
        h(EventsAbout, {
          id: "session-events",
          title: "Events of this customer",
          events: live.events.filter((event) => event.customer_mac === session.customer_mac),
          search: session.customer_mac,
          empty: "None of the latest events is about this customer.",
        }),
      ),
    ),
  ];
}

/** @param {{ answer: ProblemError }} facts */
function Gone({ answer }) {
  return [
    `${answer.message}. `,
    h("a", { href: addressOf("sessions", "", { state: "past" }), key: "past" }, "Ended sessions"),
  ];
}

/** @param {{ session: any; gone: boolean; live: Live }} facts */
function SessionHead({ session, gone, live }) {
  const { customer_mac: mac } = session;
  const capture = { mac, "session_id": String(session.session_id) };
  const tools = h(
    "span",
    { class: "tools" },
    h("a", { class: "button acting", href: addressOf("capture", "", capture) }, "Capture"),
    h(
      "a",
      { class: "button", href: addressOf("sessions", "", { state: "past", search: mac }) },
      "Earlier sessions",
    ),
    !gone && h(Disconnect, { session, done: () => live.soon(0), plain: true }),
  );
  return h(
    Section,
    {
      id: "session",
      class: "head",
      title: ["Session ", h(Name, { text: sessionName(session.session) })],
      tools,
    },
    gone &&
      h(
        "p",
        { class: "note", role: "status" },
        "This session has ended; these are its last figures.",
      ),
    h(
      "p",
      { class: "lead" },
      h(Mac, { mac }),
      h(State, { state: gone ? "ended" : session.state }),
      !gone && h("span", null, `for ${since(session.opened_at)}`),
      session.ac_rtt_seconds !== null && !gone &&
        h("span", null, `round trip ${roundTrip(session.ac_rtt_seconds)}`),
    ),
  );
}

/** @param {{ session: any; gone: boolean }} facts */
function SessionFacts({ session, gone }) {
  return h(
    Section,
    { id: "session-facts", title: "Facts" },
    h(Facts, {
      facts: [
        ["Customer", h(Mac, { mac: session.customer_mac })],
        [
          session.client === undefined ? "Server" : "Client",
          h(PeerLink, { name: peerOf(session) }),
        ],
        [
          "Access concentrator",
          session.ac_name === null ? NONE : h(Name, { text: session.ac_name }),
        ],
        ["AC address", h(Mac, { mac: session.ac_mac })],
        ["Service", session.service_name ? h(Name, { text: session.service_name }) : NONE],
        ["Session id at the AC", sessionId(session.session_id)],
        session.wire_session_id !== session.session_id && [
          "Session id on this wire",
          sessionId(session.wire_session_id),
        ],
        ["Opened", h(Time, { time: session.opened_at })],
        ["Carried to the AC", `${bytes(session.bytes_up)}, ${count(session.frames_up)} frames`],
        [
          "Carried to the customer",
          `${bytes(session.bytes_down)}, ${count(session.frames_down)} frames`,
        ],
        ["Round trip to the AC", roundTrip(session.ac_rtt_seconds)],
        !gone && ["Last frame from the AC", `${duration(session.idle_seconds)} ago`],
      ],
    }),
  );
}

/** Ended sessions, as on the page of a client. @param {{ id: string; sessions: readonly any[]; mode: string }} facts */
export function PastTable({ id, sessions, mode }) {
  return h(Table, {
    id,
    columns: pastColumns(mode).filter(({ kind }) => kind !== "peer"),
    rows: sessions,
    keyOf: (row) => `${row.customer_mac} ${row.session_id} ${row.opened_at}`,
  });
}
