// @ts-check
/// <reference lib="dom" />
/** The first view: what needs attention, one number a card, the path, traffic, what happened last. */
import { h } from "preact";
import { Cards } from "./cards.js";
import { clientColumns, peerWord } from "./clients.js";
import { EventList } from "./events.js";
import { Word } from "./explain.js";
import { bytes, count, duration, peerOf, plural } from "./format.js";
import { rowsOf } from "./live.js";
import { Empty, Facts, Name, Section, Time } from "./parts.js";
import { Path } from "./path.js";
import { Traffic } from "./plots.js";
import { Problems, problemsOf } from "./problems.js";
import { addressOf } from "./route.js";
import { openColumns } from "./sessions.js";
import { WITH_SPARKLINE } from "./spark.js";
import { FEW, Table } from "./table.js";

/** @typedef {import("./live.js").Live} Live */

const SPARKLINE = new URLSearchParams(WITH_SPARKLINE);

/** Columns that a view of its own has room for. */
const ELSEWHERE = ["act", "session-name", "stack", "address"];

/** @param {readonly import("./table.js").Column[]} columns */
function narrowed(columns) {
  return columns.filter(({ kind = "" }) => !ELSEWHERE.some((each) => kind.includes(each)));
}

/** @returns {import("./live.js").Needs} */
export function overviewNeeds() {
  return {
    clients: `clients?sort=state&limit=${FEW}&${SPARKLINE}`,
    sessions: `sessions?sort=opened_at&order=desc&limit=${FEW}&${SPARKLINE}`,
  };
}

/** @param {{ live: Live; route: import("./route.js").Route }} facts */
export function Overview({ live, route }) {
  const { status } = live;
  return [
    h(Problems, {
      problems: problemsOf(status),
      all: route.query.problems === "all",
      here: addressOf("overview", "", { problems: "all" }),
      key: "problems",
    }),
    h(Cards, { live, key: "cards" }),
    h(Path, { status, rate: live.rates.of("all"), key: "path" }),
    h(Traffic, {
      id: "traffic",
      subject: {},
      samples: live.series.of("all"),
      route,
      key: "traffic",
    }),
    h(
      "div",
      { class: "columns", key: "columns" },
      h("div", { class: "wide" }, h(FewClients, { live }), h(FewSessions, { live })),
      h(
        "div",
        { class: "narrow" },
        h(
          Section,
          {
            id: "latest",
            title: "Latest events",
            aside: h("a", { href: addressOf("events") }, "All"),
          },
          h(EventList, { events: live.events.slice(0, FEW), empty: "No events yet." }),
        ),
      ),
    ),
    h(
      "div",
      { class: "halves", key: "counts" },
      h(Tally, {
        id: "drops",
        title: "Drops by reason",
        kind: "drop reason",
        tally: dropsOf(status),
        empty: "No frames dropped.",
      }),
      h(Tally, {
        id: "ends",
        title: "Sessions ended by reason",
        kind: "end of a session",
        tally: status.closed_total,
        empty: "No session has ended yet.",
      }),
    ),
    h(
      Section,
      { id: "daemon", title: "Daemon", key: "daemon" },
      h(Facts, { facts: daemonFacts(status) }),
    ),
  ];
}

/** @param {{ live: Live }} facts */
function FewClients({ live }) {
  const { answers: { clients }, status } = live;
  const rows = rowsOf(clients);
  const word = peerWord(status.mode);
  const { tunnels, tunnels_up: up } = status.totals;
  const aside = h(
    "a",
    { href: addressOf("clients") },
    `${count(up)} of ${count(tunnels)} connected`,
  );
  return h(
    Section,
    { id: "clients", title: `${word}s`, aside },
    rows.length === 0
      ? h(Empty, null, clients === undefined ? "Loading…" : noClients(status.mode))
      : h(Table, { id: "clients", columns: narrowed(clientColumns(live)), rows, keyOf: peerOf }),
  );
}

/** @param {string} mode */
function noClients(mode) {
  return mode === "client"
    ? "No server is configured."
    : "No clients are configured. Add a [[clients]] table to the configuration and reload it.";
}

/** @param {{ live: Live }} facts */
function FewSessions({ live }) {
  const { sessions } = live.answers;
  const rows = rowsOf(sessions);
  const total = sessions?.total ?? 0;
  return h(
    Section,
    {
      id: "sessions",
      title: "Newest sessions",
      aside: h("a", { href: addressOf("sessions") }, `All ${count(total)}`),
    },
    rows.length === 0
      ? h(
        Empty,
        null,
        sessions === undefined
          ? "Loading…"
          : "No sessions are open. A session appears here when a customer dials.",
      )
      : h(Table, {
        id: "sessions",
        columns: narrowed(openColumns(live)),
        rows,
        keyOf: (row) => row.session,
      }),
  );
}

/** @param {any} status @returns {Record<string, number>} */
function dropsOf({ drops, interface: { kernel_drops: kernel } }) {
  return kernel > 0 ? { ...drops, "kernel (socket buffer full)": kernel } : drops;
}

/** The kernel's own drops have no word. @param {string} reason */
const isWord = (reason) => !reason.includes(" ");

/** Counts by reason, largest first. @param {{ id: string; title: string; kind: string; tally: Record<string, number>; empty: string }} facts */
function Tally({ id, title, kind, tally, empty }) {
  const entries = Object.entries(tally).filter(([, number]) => number > 0)
    .sort(([one, many], [other, more]) => more - many || one.localeCompare(other));
  const most = entries[0]?.[1] ?? 1;
  const total = entries.reduce((sum, [, number]) => sum + number, 0);
  return h(
    Section,
    { id, title, aside: total > 0 ? count(total) : "" },
    total === 0 ? h(Empty, null, empty) : h(
      "ul",
      { class: "tally" },
      entries.map(([reason, number]) =>
        h(
          "li",
          { key: reason },
          h("span", { class: "reason" }, isWord(reason) ? h(Word, { word: reason, kind }) : reason),
          h("span", { class: "number" }, count(number)),
          h("span", { class: "bar", style: { "--share": String(number / most) } }),
        )
      ),
    ),
  );
}

/** @param {any} status @returns {readonly import("./parts.js").Fact[]} */
function daemonFacts(status) {
  const { interface: port } = status;
  return [
    [
      "Interface",
      h("span", null, h(Name, { text: port.name }), port.up ? " up" : " down"),
      port.mac,
    ],
    ["MTU", String(port.mtu)],
    ["Receive method", port.receive === "ring" ? "packet ring" : port.receive],
    ["Opened since start", count(status.opened_total)],
    ["Discoveries in progress", count(status.pending_discoveries)],
    ["Uptime", duration(status.uptime_seconds)],
    ["Started", h(Time, { time: status.started_at })],
    ["Memory", bytes(status.memory_rss_bytes), "resident set"],
    ["Process ID", String(status.pid)],
    ["Log level", status.log_level],
  ];
}

/** @param {any} status @returns {string} */
export function drainWords({ sessions }) {
  return `Draining: new sessions are refused. ${
    plural(sessions.open + sessions.held, "session")
  } still open or held.`;
}
