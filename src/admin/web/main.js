// @ts-check
/// <reference lib="dom" />
/** Starts the page: shows the view of the address and keeps it up to date. */
import { h, render } from "preact";
import { App, needsOf, titleOf } from "./app.js";
import { announceEvent } from "./events.js";
import { Live } from "./live.js";
import { redrawPlots } from "./plot.js";
import { parseRoute } from "./route.js";
import { openByLink } from "./link.js";
import { startTheme } from "./theme.js";

await openByLink();
let route = parseRoute(location.hash);
let scheduled = false;

/** Shows what is known; calls before the next frame are merged. */
function show() {
  if (scheduled) return;
  scheduled = true;
  // Timers run in a hidden tab as well, frames do not: its title shows the state.
  setTimeout(() => {
    scheduled = false;
    const { status, connection } = live;
    document.body.dataset.connection = connection;
    document.title = titleOf(route, status);
    if (status !== undefined) {
      document.body.dataset.mode = status.mode;
      // The read-only role sees no controls; the daemon refuses its requests in any case.
      document.body.dataset.role = status.role ?? "act";
    }
    render(h(App, { live, route }), /** @type {Element} */ (document.getElementById("app")));
  }, 16);
}

/** Asks for what the view of the address needs. */
function ask() {
  const mode = live.status?.mode ?? "server";
  live.want(
    needsOf(route, mode),
    `${mode} ${route.view} ${route.id} ${route.query.state === "past"}`,
  );
}

addEventListener("hashchange", () => {
  const before = route;
  route = parseRoute(location.hash);
  ask();
  show();
  if (before.view === route.view && before.id === route.id) return;
  scrollTo(0, 0);
  document.getElementById("main")?.focus({ preventScroll: true });
});

startTheme(redrawPlots);
let mode = "";
const live = new Live({
  changed() {
    // A client is asked with other words than a server, which the first status tells.
    if (live.status !== undefined && live.status.mode !== mode) {
      mode = live.status.mode;
      ask();
    }
    show();
  },
  event: announceEvent,
});
show();
