// @ts-check
/// <reference lib="dom" />
/** The peers and their tunnels: clients of a server, servers of a client. */
import { h } from "preact";
import { downloadClients } from "./actions.js";
import { ProblemError } from "./api.js";
import { trafficColumns } from "./columns.js";
import { Choice, Search } from "./filters.js";
import { bytes, count, NONE, peerOf, plural, roundTrip, since } from "./format.js";
import { rowsOf } from "./live.js";
import { Empty, Name, Section, State } from "./parts.js";
import { addressOf } from "./route.js";
import { WITH_SPARKLINE } from "./spark.js";
import { pageQuery, Pages, SortChoice, Table } from "./table.js";

/** @typedef {import("./route.js").Route} Route @typedef {import("./live.js").Live} Live */

const STATES = /** @type {const} */ ([["", "All"], ["up", "Up"], ["down", "Down"]]);

/** @param {string} mode @returns {"Client" | "Server"} What a peer is called. */
export function peerWord(mode) {
  return mode === "client" ? "Server" : "Client";
}

/** @param {Route} route */
function orderOf({ query }) {
  const sort = query.sort ?? "state";
  return { sort, order: query.order ?? (sort === "state" || sort === "name" ? "asc" : "desc") };
}

/** @param {Route} route @returns {Record<string, string>} The daemon's query, without the page. */
function clientsQuery(route) {
  const { search = "", state = "" } = route.query;
  return {
    ...(state !== "" && { state }),
    ...(search.trim() !== "" && { search: search.trim().slice(0, 100) }),
    ...orderOf(route),
  };
}

/** @param {Route} route @returns {import("./live.js").Needs} */
export function clientsNeeds(route) {
  return {
    clients: `clients?${new URLSearchParams({
      ...clientsQuery(route),
      ...pageQuery(route),
      ...WITH_SPARKLINE,
    })}`,
  };
}

/** @param {{ live: Live; route: Route }} facts */
export function Clients({ live, route }) {
  const { answers: { clients: answer }, status: { mode } } = live;
  const columns = clientColumns(live);
  const word = peerWord(mode);
  const tools = [
    h(
      Search,
      {
        route,
        label: `Search ${word.toLowerCase()}s`,
        placeholder: "name, address",
        key: "search",
      },
      h(Choice, { route, name: "state", label: "State", choices: STATES }),
      h(SortChoice, { id: "clients", columns, order: orderOf(route) }),
    ),
    h("button", {
      type: "button",
      key: "csv",
      onClick: () => void downloadClients(clientsQuery(route)),
    }, "Download CSV"),
  ];
  const searching = route.query.search || route.query.state;
  const aside = answer?.total === undefined
    ? ""
    : searching
    ? plural(answer.total, "match", "matches")
    : `${count(live.status.totals.tunnels_up)} of ${count(answer.total)} connected`;
  return h(
    Section,
    { id: "clients", title: `${word}s`, tools, aside },
    h(ClientList, { answer, columns, route, mode }),
  );
}

/** @param {{ answer: any; columns: import("./table.js").Column[]; route: Route; mode: string }} facts */
function ClientList({ answer, columns, route, mode }) {
  if (answer === undefined) return h(Empty, null, "Loading…");
  if (answer instanceof ProblemError) return h(Empty, null, answer.message);
  const rows = rowsOf(answer);
  if (answer.total === 0) return h(Empty, null, emptyWords(route, mode));
  return [
    h(Table, {
      id: "clients",
      columns,
      rows,
      keyOf: peerOf,
      route,
      order: orderOf(route),
      key: "table",
    }),
    h(Pages, {
      route,
      label: "Client pages",
      here: rows.length,
      total: answer.total,
      key: "pages",
    }),
  ];
}

/** @param {Route} route @param {string} mode */
function emptyWords({ query: { search, state } }, mode) {
  if (search || state) return `No ${peerWord(mode).toLowerCase()} matches.`;
  return mode === "client"
    ? "No server is configured."
    : "No clients are configured. Add a [[clients]] table to the configuration and reload it.";
}

/** @param {Live} live @returns {import("./table.js").Column[]} */
export function clientColumns({ status, peerRates }) {
  const { mode } = status;
  return [
    {
      heading: peerWord(mode),
      kind: "strong named",
      sort: "name",
      choice: "By name",
      first: "asc",
      cell: (row) =>
        h(
          "a",
          {
            href: addressOf("clients", peerOf(row)),
            class: "mono card-link",
            title: peerOf(row),
          },
          h(Name, { text: peerOf(row) }),
        ),
    },
    {
      heading: "Tunnel",
      kind: "tunnel-state",
      sort: "state",
      choice: "Down first",
      first: "asc",
      cell: (row) => h(TunnelState, { row, status }),
    },
    {
      heading: "Address",
      kind: "mono address detail",
      cell: (row) => row.address === null ? NONE : h("span", { title: row.address }, row.address),
    },
    {
      heading: "Round trip",
      kind: "number",
      sort: "rtt",
      choice: "Longest round trip",
      cell: (row) => roundTrip(row.rtt_seconds),
    },
    {
      heading: "Sessions",
      kind: "number",
      sort: "sessions",
      choice: "Most sessions",
      cell: (row) => `${count(row.sessions)} of ${count(row.session_limit)}`,
    },
    ...trafficColumns((row) => peerRates.of(peerOf(row))),
    { heading: "Queue", kind: "number detail", cell: (row) => bytes(row.queue_bytes) },
  ];
}

/** @param {{ row: any; status: any }} facts A client or server with its tunnel. */
export function TunnelState({ row, status }) {
  const state = tunnelState(row, status);
  const words = tunnelWords(row, state);
  return h("span", { title: words }, h(State, { state, words }));
}

/**
 * A server of a client stands by while another one is connected, unless its own tunnel failed.
 *
 * @param {any} row
 * @param {any} status
 * @returns {"up" | "down" | "standby"}
 */
export function tunnelState({ up, server, down_since: since, down_reason: reason }, { totals }) {
  if (up) return "up";
  const isUntried = since === null && reason === null;
  return server !== undefined && isUntried && totals.tunnels_up > 0 ? "standby" : "down";
}

/** @param {any} row @param {"up" | "down" | "standby"} state @returns {string} */
export function tunnelWords(row, state) {
  const gone = row.configured === false ? ", no longer configured" : "";
  if (state === "standby") return `standby${gone}`;
  if (row.up) return `up${row.since ? ` ${since(row.since)}` : ""}${gone}`;
  if (!row.down_since) return `never connected${gone}`;
  const held = row.sessions > 0 ? `, ${count(row.sessions)} held` : "";
  return `down ${since(row.down_since)}${held}${gone}`;
}
