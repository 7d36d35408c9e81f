// @ts-check
/// <reference lib="dom" />
/** The frame around all views: header, navigation, banners, the view of the address, footer. */
import { h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { toggleDrain } from "./actions.js";
import { ProblemError } from "./api.js";
import { Capture } from "./capture.js";
import { clientNeeds, ClientPage } from "./client.js";
import { Clients, clientsNeeds, peerWord } from "./clients.js";
import { Configuration, configurationNeeds } from "./configuration.js";
import { Events } from "./events.js";
import { clock, sessionName, timeZone } from "./format.js";
import { drainWords, Overview, overviewNeeds } from "./overview.js";
import { Name, Prose } from "./parts.js";
import { redrawPlots } from "./plot.js";
import { ProblemCount, problemsOf } from "./problems.js";
import { addressOf, VIEWS } from "./route.js";
import { sessionNeeds, SessionPage } from "./session.js";
import { Sessions, sessionsNeeds } from "./sessions.js";
import { ThemeButton } from "./theme.js";

/** @typedef {import("./route.js").Route} Route @typedef {import("./live.js").Live} Live */

/** @param {Route} route @param {string} mode @returns {import("./live.js").Needs} What a view asks the daemon for. */
export function needsOf(route, mode) {
  switch (route.view) {
    case "overview":
      return overviewNeeds();
    case "clients":
      return route.id === "" ? clientsNeeds(route) : clientNeeds(route, mode);
    case "sessions":
      return route.id === "" ? sessionsNeeds(route, mode) : sessionNeeds(route);
    case "configuration":
      return configurationNeeds();
    default:
      return {};
  }
}

/** @param {string} view @param {string} mode */
function viewTitle(view, mode) {
  if (view === "clients") return `${peerWord(mode)}s`;
  return `${view[0].toUpperCase()}${view.slice(1)}`;
}

/** @param {Route} route @param {any} status @returns {string} The title of the window. */
export function titleOf({ view, id }, status) {
  if (status === undefined) return "pppoe-proxy";
  const what = id === ""
    ? viewTitle(view, status.mode)
    : view === "sessions"
    ? sessionName(id)
    : id;
  const state = stateOf(status)[1];
  return `${status.interface.name} ${state} · ${what} · pppoe-proxy ${status.mode}`;
}

/** @param {any} status @returns {[state: string, words: string]} */
function stateOf({ draining, ready }) {
  return draining ? ["held", "draining"] : ready ? ["up", "ready"] : ["down", "not ready"];
}

/** @param {{ live: Live; route: Route }} facts */
export function App({ live, route }) {
  const { status } = live;
  return [
    h("a", { class: "skip", href: "#main", onClick: skip, key: "skip" }, "Skip to content"),
    h(Header, { live, route, key: "header" }),
    h(Banners, { live, key: "banners" }),
    h(
      "main",
      {
        id: "main",
        tabIndex: -1,
        "data-address": addressOf(route.view, route.id, route.query),
        key: "main",
      },
      status !== undefined && h(View, { live, route }),
    ),
    status !== undefined && h(
      "footer",
      { key: "footer" },
      h("span", null, `pppoe-proxy ${status.version}`),
      h("span", null, `Times are in ${timeZone()}`),
      h("span", null, "Up is from the customer to the AC"),
      h(ThemeButton, { changed: redrawPlots }),
    ),
  ];
}

/** The fragment is the view's address, so the link moves the focus itself. @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

/** @param {{ live: Live; route: Route }} facts */
function View({ live, route }) {
  switch (route.view) {
    case "clients":
      return route.id === "" ? h(Clients, { live, route }) : h(ClientPage, { live, route });
    case "sessions":
      return route.id === "" ? h(Sessions, { live, route }) : h(SessionPage, { live, route });
    case "events":
      return h(Events, { live, route });
    case "configuration":
      return h(Configuration, { live });
    case "capture":
      return h(Capture, { live, route });
    default:
      return h(Overview, { live, route });
  }
}

/** @param {{ live: Live; route: Route }} facts */
function Header({ live, route }) {
  const { status, connection, failure } = live;
  const [state, words] = connection === "lost"
    ? ["down", failure instanceof ProblemError ? "refused" : "no answer"]
    : status === undefined
    ? ["connecting", "connecting"]
    : stateOf(status);
  return h(
    "header",
    { class: "bar" },
    h("h1", null, h("a", { href: addressOf("overview") }, "pppoe-proxy")),
    h(
      "p",
      { class: "identity" },
      status && h("span", { id: "mode" }, status.mode),
      status && " ",
      status && h(Name, { text: status.interface.name }),
    ),
    h("p", { id: "state", class: "state", "data-state": state }, words),
    status && h(ProblemCount, { problems: problemsOf(status) }),
    status && h(Views, { route, mode: status.mode }),
  );
}

/** @param {{ route: Route; mode: string }} facts */
function Views({ route, mode }) {
  const current = useRef(/** @type {HTMLAnchorElement | null} */ (null));
  // A phone has no room for all.
  useEffect(() => current.current?.scrollIntoView({ block: "nearest", inline: "center" }), [
    route.view,
  ]);
  return h(
    "nav",
    { class: "views", "aria-label": "Views" },
    VIEWS.map((view) =>
      h("a", {
        href: addressOf(view),
        key: view,
        ref: route.view === view ? current : null,
        "aria-current": route.view !== view ? undefined : route.id === "" ? "page" : "true",
      }, viewTitle(view, mode))
    ),
  );
}

/** @param {{ live: Live }} facts */
function Banners({ live }) {
  const { status, connection, failure, heardAt } = live;
  return [
    connection === "lost" && h(
      "p",
      { class: "banner bad", id: "connection", role: "alert", key: "connection" },
      h(Prose, { text: lostWords(failure, heardAt) }),
    ),
    status?.draining && h(
      "p",
      { class: "banner warn", id: "draining", role: "status", key: "draining" },
      drainWords(status),
      " ",
      h("button", {
        type: "button",
        class: "acting",
        onClick: () => void toggleDrain(status, () => live.soon(0)),
      }, "Stop draining"),
    ),
  ];
}

/** @param {unknown} failure @param {string} heardAt */
export function lostWords(failure, heardAt) {
  const figures = heardAt === "" ? "" : ` Showing data from ${clock(heardAt)}.`;
  if (failure instanceof ProblemError) return `The daemon refused: ${failure.message}.${figures}`;
  const advice = " `pppoe-proxy status` on its machine says why.";
  return `The daemon does not answer. Retrying every two seconds.${figures}${advice}`;
}
