// @ts-check
/// <reference lib="dom" />
/** Events, newest first. */
import { h } from "preact";
import { announce } from "./announce.js";
import { csvOf } from "./csv.js";
import { fileName, saveCsv } from "./download.js";
import { Choice, Search } from "./filters.js";
import { count, peerOf, plural, sessionId, timeZone } from "./format.js";
import { Empty, Name, Section, Time } from "./parts.js";
import { addressOf } from "./route.js";

/** @typedef {import("./route.js").Route} Route @typedef {import("./live.js").Live} Live */

/** Severity by kind of event; all others are plain. @type {Record<string, string>} */
const GRAVITY = {
  "session-opened": "good",
  "tunnel-up": "good",
  "interface-up": "good",
  "resumed": "good",
  "ac-answers": "good",
  "ac-refused": "warn",
  "ac-silent": "bad",
  "server-refused": "warn",
  "tunnel-lost": "bad",
  "tunnel-closed": "warn",
  "connect-failed": "bad",
  "interface-down": "bad",
  "tunnel-rejected": "warn",
  "name-in-use": "bad",
  certificate: "warn",
  "refused": "warn",
  "drain": "warn",
  "capture": "warn",
};

/** Facts that come first, in this order. */
const FIRST = [
  "client",
  "server",
  "customer_mac",
  "session",
  "session_id",
  "reason",
  "result",
  "enabled",
];

/** Kinds that screen readers announce. */
const ANNOUNCED = [
  "tunnel-up",
  "tunnel-lost",
  "tunnel-closed",
  "interface-up",
  "interface-down",
  "drain",
];

/** @param {{ live: Live; route: Route }} facts */
export function Events({ live, route }) {
  const { search = "", kind = "" } = route.query;
  const kinds = [...new Set(live.events.map((event) => event.kind))].sort();
  const text = search.trim().toLowerCase();
  const events = live.events.filter((event) =>
    (kind === "" || event.kind === kind) && (text === "" || plainWords(event).includes(text))
  );
  const tools = [
    h(
      Search,
      { route, label: "Search events", placeholder: "MAC, client, reason", key: "search" },
      h(Choice, {
        route,
        name: "kind",
        label: "Kind",
        choices: [
          ["", "All kinds"],
          ...kinds.map((each) => /** @type {[string, string]} */ ([each, spoken(each)])),
        ],
      }),
    ),
    h(
      "button",
      { type: "button", key: "csv", onClick: () => downloadEvents(events) },
      "Download CSV",
    ),
  ];
  return h(
    Section,
    {
      id: "events",
      title: "Events",
      tools,
      aside: `${count(events.length)} of the latest ${count(live.events.length)}`,
    },
    h(EventList, {
      events,
      empty: live.events.length === 0 ? "No events yet." : "No events match.",
    }),
    h(
      "p",
      { class: "aside" },
      `Times are in ${timeZone()}. The daemon keeps the latest 512 events.`,
    ),
  );
}

/** @param {readonly any[]} events */
function downloadEvents(events) {
  const rows = events.map(({ time, kind, number: _, ...facts }) => ({
    time,
    kind,
    client: peerOf(facts),
    customer_mac: facts.customer_mac,
    session: facts.session,
    reason: facts.reason,
    facts,
  }));
  const keys = ["time", "kind", "client", "customer_mac", "session", "reason", "facts"];
  saveCsv(fileName("events", "csv"), csvOf(keys, rows));
}

/** @param {{ events: readonly any[]; empty: string }} facts */
export function EventList({ events, empty }) {
  if (events.length === 0) return h(Empty, null, empty);
  return h("ol", { class: "events" }, events.map((event) => h(Item, { event, key: event.number })));
}

/** @param {{ event: any }} facts */
function Item({ event }) {
  const { time, kind, number: _, ...facts } = event;
  return h(
    "li",
    { class: gravityOf(event) },
    h(Time, { time }),
    h("span", { class: "kind" }, spoken(kind)),
    h(
      "span",
      { class: "facts" },
      partsOf(facts).map((
        [key, text],
        at,
      ) => [at === 0 ? "" : ", ", h(Fact, { key: key, name: key, text, facts })]),
    ),
  );
}

/** @param {{ name: string; text: string; facts: any }} facts */
function Fact({ name, text, facts }) {
  const href = name === "client" || name === "server"
    ? addressOf("clients", String(facts[name]))
    : name === "session" && facts.reason === undefined
    ? addressOf("sessions", String(facts.session))
    : undefined;
  return href === undefined ? h(Name, { text }) : h("a", { href }, h(Name, { text }));
}

/** @param {any} event @returns {string} */
export function gravityOf({ kind, result }) {
  return kind === "reload" && result === "failed" ? "bad" : GRAVITY[kind] ?? "plain";
}

/** @param {any} event @returns {string} Its kind and facts in words. */
export function eventText({ time: _, number: _number, kind, ...facts }) {
  return [spoken(kind), partsOf(facts).map(([, text]) => text).join(", ")].join(" ").trim();
}

/** Tells screen readers of an event that has just happened. @param {any} event */
export function announceEvent({ time, kind, number: _, ...facts }) {
  const fresh = Date.now() - Date.parse(time) < 5_000;
  const words = partsOf(facts).map(([, text]) => text).join(", ");
  if (fresh && ANNOUNCED.includes(kind)) announce(`${spoken(kind)}: ${words}`);
}

/** @param {any} event @returns {string} For the search. */
function plainWords({ time: _, number: _number, kind, ...facts }) {
  return [kind, spoken(kind), ...partsOf(facts).map(([, text]) => text)].join(" ").toLowerCase();
}

/** @param {Record<string, unknown>} facts @returns {[key: string, text: string][]} */
function partsOf(facts) {
  const rank = (/** @type {string} */ key) =>
    (FIRST.indexOf(key) + FIRST.length + 1) % (FIRST.length + 1);
  return Object.entries(facts)
    .filter(([, value]) =>
      value !== null && value !== "" && !(Array.isArray(value) && value.length === 0)
    )
    .sort(([one], [other]) => rank(one) - rank(other))
    .map(([key, value]) => [
      key,
      FIRST.slice(0, 3).includes(key) ? String(value) : `${spoken(key)} ${shown(key, value)}`,
    ]);
}

/** @param {string} key @returns {string} */
function spoken(key) {
  return key.replaceAll(/[_-]/g, " ").replace("ac mac", "AC");
}

/** @param {string} key @param {unknown} value @returns {string} */
function shown(key, value) {
  if (key.endsWith("session_id") && typeof value === "number") return sessionId(value);
  if (Array.isArray(value)) return plural(value.length, "value");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
