// @ts-check
/// <reference lib="dom" />
/** Events, newest first. */
import { h } from "preact";
import { announce } from "./announce.js";
import { peerWord } from "./clients.js";
import { csvOf } from "./csv.js";
import { fileName, saveCsv } from "./download.js";
import { factsText, gravityOf, partsOf, spoken } from "./event_words.js";
import { Word } from "./explain.js";
import { Choice, Search } from "./filters.js";
import { count, peerOf, timeZone } from "./format.js";
import { Empty, Name, Section, Time } from "./parts.js";
import { addressOf, pageOf } from "./route.js";
import { PAGE, Pages } from "./table.js";

/** @typedef {import("./route.js").Route} Route @typedef {import("./live.js").Live} Live */

/** Kinds that screen readers announce. */
const ANNOUNCED = [
  "tunnel-up",
  "tunnel-lost",
  "tunnel-closed",
  "interface-up",
  "interface-down",
  "drain",
];

/** What the reasons of an event's kind are. @type {Readonly<Record<string, string>>} */
const REASONS = {
  "session-closed": "end of a session",
  "tunnel-lost": "end of a tunnel",
  "tunnel-closed": "end of a tunnel",
  "tunnel-rejected": "end of a tunnel",
  "connect-failed": "end of a tunnel",
  "refused": "drop reason",
};

/** @param {{ live: Live; route: Route }} facts */
export function Events({ live, route }) {
  const { search = "", kind = "" } = route.query;
  const kinds = [...new Set(live.events.map((event) => event.kind))].sort();
  const text = search.trim().toLowerCase();
  const events = live.events.filter((event) =>
    (kind === "" || event.kind === kind) && (text === "" || plainWords(event).includes(text))
  );
  const first = (pageOf(route) - 1) * PAGE;
  const shown = events.slice(first, first + PAGE);
  const tools = [
    h(
      Search,
      {
        route,
        label: "Search events",
        placeholder: `MAC, ${peerWord(live.status.mode).toLowerCase()}, reason`,
        key: "search",
      },
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
      events: shown,
      empty: live.events.length === 0 ? "No events yet." : "No events match.",
    }),
    h(Pages, { route, label: "Event pages", here: shown.length, total: events.length }),
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

/** Events shown of one client, server or customer. */
const ABOUT = 6;

/**
 * The newest events about one client, server or customer, with a link to all: it can have as many as
 * the daemon keeps.
 *
 * @param {{ id: string; title: string; events: readonly any[]; search: string; empty: string }} facts
 */
export function EventsAbout({ id, title, events, search, empty }) {
  const all = h("a", { href: addressOf("events", "", { search }) }, `All ${count(events.length)}`);
  return h(
    Section,
    { id, title, aside: events.length > ABOUT ? all : "" },
    h(EventList, { events: events.slice(0, ABOUT), empty }),
  );
}

/** @param {{ events: readonly any[]; empty: string }} facts */
export function EventList({ events, empty }) {
  if (events.length === 0) return h(Empty, null, empty);
  return h("ol", { class: "events" }, events.map((event) => h(Item, { event, key: event.number })));
}

/** @param {{ event: any }} facts */
function Item({ event }) {
  const { time, kind } = event;
  return h(
    "li",
    { class: gravityOf(event) },
    h(Time, { time }),
    h("span", { class: "kind" }, spoken(kind)),
    h(
      "span",
      { class: "facts" },
      partsOf(event).map((
        [key, text],
        at,
      ) => [at === 0 ? "" : ", ", h(Fact, { key, name: key, text, facts: event })]),
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
  const kind = name === "reason" ? REASONS[facts.kind] : undefined;
  if (kind !== undefined) return ["reason ", h(Word, { word: facts.reason, kind, key: "word" })];
  return href === undefined ? h(Name, { text }) : h("a", { href }, h(Name, { text }));
}

/** Tells screen readers of an event that has just happened. @param {any} event */
export function announceEvent(event) {
  const fresh = Date.now() - Date.parse(event.time) < 5_000;
  if (!fresh || !ANNOUNCED.includes(event.kind)) return;
  announce(`${spoken(event.kind)}: ${factsText(event)}`);
}

/** @param {any} event @returns {string} For the search. */
function plainWords(event) {
  return [event.kind, spoken(event.kind), event.client, factsText(event)].join(" ").toLowerCase();
}
