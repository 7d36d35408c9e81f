// @ts-check
/// <reference lib="dom" />
/** The session list: search, order and pages. The daemon does all three. */
import { h } from "preact";
import { disconnect, downloadSessions } from "./actions.js";
import { trafficColumns } from "./columns.js";
import { Word } from "./explain.js";
import { Choice, Search } from "./filters.js";
import { bytes, NONE, peerOf, plural, roundTrip, sessionId, sessionName, since } from "./format.js";
import { Empty, Mac, Name, Pair, PeerLink, Section, State, Time } from "./parts.js";
import { ProblemError } from "./api.js";
import { addressOf } from "./route.js";
import { pageQuery, Pages, SortChoice, Table } from "./table.js";
import { WITH_SPARKLINE } from "./spark.js";

/** @typedef {import("./route.js").Route} Route @typedef {import("./live.js").Live} Live */

const STATES = /** @type {const} */ ([
  ["", "Open and held"],
  ["open", "Open"],
  ["held", "Held"],
  ["past", "Ended"],
]);

/** @param {Route} route */
const isPast = ({ query }) => query.state === "past";

/** @param {Route} route */
function orderOf({ query }) {
  const sort = query.sort ?? "opened_at";
  return { sort, order: query.order ?? (sort === "client" ? "asc" : "desc") };
}

/**
 * The daemon's query for a route, without its page.
 *
 * @param {Route} route
 * @param {string} mode
 * @returns {Record<string, string>}
 */
function sessionsQuery(route, mode) {
  const { search = "", state = "", client = "" } = route.query;
  const peer = client === "" ? {} : { [peerKey(mode)]: client };
  if (isPast(route)) return { past: "true", ...peer, ...exact(search.trim(), mode) };
  return {
    ...peer,
    ...(state !== "" && { state }),
    ...(search.trim() !== "" && { search: search.trim().slice(0, 100) }),
    ...orderOf(route),
  };
}

/** @param {Route} route @param {string} mode @returns {import("./live.js").Needs} */
export function sessionsNeeds(route, mode) {
  const query = new URLSearchParams({
    ...sessionsQuery(route, mode),
    ...pageQuery(route),
    ...WITH_SPARKLINE,
  });
  return { sessions: `sessions?${query}` };
}

/** @param {string} mode @returns {"client" | "server"} How the daemon names the proxies at the other end. */
function peerKey(mode) {
  return mode === "client" ? "server" : "client";
}

/**
 * Ended sessions are searched by a complete address, session id, or name of a client (on a client,
 * address of a server).
 *
 * @param {string} text
 * @param {string} mode
 * @returns {Record<string, string>}
 */
function exact(text, mode) {
  if (text === "") return {};
  if (/^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(text)) return { mac: text };
  const id = /^(0x[0-9a-f]{1,4}|\d{1,5})$/i.test(text) ? Number(text) : 0;
  return id > 0 && id <= 0xffff ? { session_id: String(id) } : { [peerKey(mode)]: text };
}

/** @param {{ live: Live; route: Route }} facts */
export function Sessions({ live, route }) {
  const { answers: { sessions: answer }, status: { mode } } = live;
  const columns = isPast(route) ? pastColumns(mode) : openColumns(live);
  const tools = [
    h(
      Search,
      {
        route,
        label: "Search sessions",
        placeholder: isPast(route)
          ? `whole MAC, id or ${peerKey(mode)}`
          : `MAC, ${peerKey(mode)}, session id, AC`,
        key: "search",
      },
      h(Choice, { route, name: "state", label: "State", choices: STATES }),
      !isPast(route) && h(SortChoice, { id: "sessions", columns, order: orderOf(route) }),
    ),
    h("button", {
      type: "button",
      key: "csv",
      onClick: () => void downloadSessions(sessionsQuery(route, mode), isPast(route)),
    }, "Download CSV"),
  ];
  return h(
    Section,
    { id: "sessions", title: "Sessions", tools, aside: countWords(answer, route) },
    route.query.client && h(OneClient, { route }),
    h(SessionList, { answer, columns, route }),
  );
}

/** @param {any} answer @param {Route} route */
function countWords(answer, { query: { search, state, client } }) {
  if (answer?.total === undefined) return "";
  const searching = search || state || client;
  return searching ? plural(answer.total, "match", "matches") : plural(answer.total, "session");
}

/** @param {{ route: Route }} facts */
function OneClient({ route }) {
  const { client, ...query } = route.query;
  return h(
    "p",
    { class: "chosen" },
    "Only of ",
    h(Name, { text: client }),
    " ",
    h("a", { href: addressOf("sessions", "", query) }, "show all"),
  );
}

/** @param {{ answer: any; columns: readonly import("./table.js").Column[]; route: Route }} facts */
function SessionList({ answer, columns, route }) {
  if (answer === undefined) return h(Empty, null, "Loading…");
  if (answer instanceof ProblemError) return h(Empty, null, answer.message);
  const { sessions, total } = answer;
  // The answer to an earlier choice has other columns.
  const rows = sessions.filter((/** @type {any} */ row) =>
    isPast(route) !== (row.session !== undefined)
  );
  const { search, state, client } = route.query;
  if (total === 0) {
    return h(
      Empty,
      null,
      search || state || client
        ? "No sessions match."
        : "No sessions are open. A session appears here when a customer dials.",
    );
  }
  return [
    h(Table, {
      id: "sessions",
      columns,
      rows,
      keyOf: (row) =>
        row.session ?? `${peerOf(row)} ${row.customer_mac} ${row.session_id} ${row.opened_at}`,
      ...(!isPast(route) && { route, order: orderOf(route) }),
      key: isPast(route) ? "past" : "open",
    }),
    h(Pages, { route, label: "Session pages", here: rows.length, total, key: "pages" }),
  ];
}

/** @param {Live} live @returns {import("./table.js").Column[]} */
export function openColumns(live) {
  const { status: { mode }, sessionRates } = live;
  return [
    {
      heading: "Customer",
      kind: "strong",
      cell: (row) => h(Mac, { mac: row.customer_mac, href: addressOf("sessions", row.session) }),
    },
    {
      heading: mode === "client" ? "Server" : "Client",
      kind: "peer",
      sort: "client",
      choice: mode === "client" ? "By server" : "By client",
      first: "asc",
      cell: (row) => h(PeerLink, { name: peerOf(row) }),
    },
    {
      heading: "State",
      cell: (row) => h(State, { state: row.state }),
    },
    {
      heading: "Session",
      kind: "mono session-name",
      cell: (row) => h("span", { title: row.session }, h(Name, { text: sessionName(row.session) })),
    },
    {
      heading: "Id",
      kind: "mono number id",
      cell: (row) =>
        h("span", { title: `session id ${sessionId(row.session_id)}` }, row.session_id),
    },
    { heading: "Access concentrator", kind: "stack", cell: acCell },
    {
      heading: "Open for",
      kind: "number",
      sort: "opened_at",
      choice: "Newest first",
      inverted: true, // the newest session has been open for the shortest time
      cell: (row) =>
        h("time", { dateTime: row.opened_at, title: row.opened_at }, since(row.opened_at)),
    },
    ...trafficColumns((row) => sessionRates.of(row.session)),
    { heading: "Round trip", kind: "number detail", cell: (row) => roundTrip(row.ac_rtt_seconds) },
    {
      heading: "Action",
      kind: "act",
      unseen: true,
      cell: (row) => h(Disconnect, { session: row, done: () => live.soon(0) }),
    },
  ];
}

/** @param {{ session: any; done: () => void; plain?: boolean }} facts */
export function Disconnect({ session, done, plain = false }) {
  return h("button", {
    type: "button",
    class: plain ? "acting" : "quiet acting",
    "aria-label": `Disconnect ${session.customer_mac}, session id ${session.session_id}`,
    onClick: () => void disconnect(session, done),
  }, "Disconnect");
}

/** @param {any} row */
function acCell(row) {
  const service = row.service_name ? `, service ${row.service_name}` : "";
  const text = row.ac_name === null ? "" : row.ac_name + service;
  return [
    h("span", { key: "name", title: text }, text === "" ? "" : h(Name, { text })),
    h("span", { key: "mac", class: "mono soft" }, row.ac_mac),
  ];
}

/** @param {string} mode @returns {import("./table.js").Column[]} */
export function pastColumns(mode) {
  return [
    { heading: "Customer", kind: "strong", cell: (row) => h(Mac, { mac: row.customer_mac }) },
    {
      heading: mode === "client" ? "Server" : "Client",
      kind: "peer",
      cell: (row) => h(PeerLink, { name: peerOf(row) }),
    },
    {
      heading: "Ended by",
      kind: "reason",
      cell: (row) => h(Word, { word: row.reason, kind: "end of a session" }),
    },
    { heading: "Id", kind: "mono number", cell: (row) => row.session_id },
    { heading: "Access concentrator", kind: "stack", cell: acCell },
    {
      heading: "Lasted",
      kind: "number",
      cell: (row) => row.opened_at ? since(row.opened_at, Date.parse(row.closed_at)) : NONE,
    },
    {
      heading: "Carried",
      kind: "number",
      cell: (row) => h(Pair, { up: bytes(row.bytes_up), down: bytes(row.bytes_down) }),
    },
    { heading: "Ended", kind: "number", cell: (row) => h(Time, { time: row.closed_at }) },
  ];
}
