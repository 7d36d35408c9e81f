// @ts-check
/// <reference lib="dom" />
/** Asks the daemon every two seconds and shows what it says; events say when to look at once. */
import { disconnect, startActions } from "./actions.js";
import { ask, followEvents } from "./api.js";
import { showConfiguration } from "./configuration.js";
import { byId, setText } from "./dom.js";
import { forgetEvents, showEvent } from "./events.js";
import { clock } from "./format.js";
import { showOverview } from "./overview.js";
import { showPath } from "./path.js";
import { showPeers } from "./peers.js";
import { Plots } from "./plots.js";
import { Rates, sum } from "./rates.js";
import { Sessions } from "./sessions.js";
import { startTheme } from "./theme.js";

/** Milliseconds. */
const PERIOD = 2_000;

/** @type {any} */
let latest;
let heardAt = "";
/** Updates that were begun, and the latest that is shown. */
let asked = 0;
let shown = 0;
const plots = new Plots();
const total = new Rates();
const sessions = new Sessions((session) => disconnect(session, () => sessions.soon(0)));

async function update() {
  const number = ++asked;
  const [status, { clients }] = await Promise.all([
    ask("GET", "/api/v1/status"),
    ask("GET", "/api/v1/clients"),
    sessions.update(),
  ]);
  // An answer that was overtaken by a later one, after a drain say, is no news.
  if (number < shown) return;
  shown = number;
  if (isAnother(status)) {
    forgetEvents();
    followAnew();
  }
  latest = status;
  heardAt = new Date().toISOString();
  total.update(status.uptime_seconds, [["all", sum(status.tunnels)]]);
  plots.add(Date.now() / 1_000, total.of("all"));
  // Who may only look is offered nothing else; the daemon refuses it anyway.
  document.body.dataset.role = status.role ?? "act";
  showOverview(status);
  showPath(status, total.of("all"));
  showPeers(status, clients);
  showConfiguration(status);
}

/** @param {any} status @returns {boolean} Whether the daemon has been started anew since the last one. */
function isAnother({ pid, uptime_seconds: uptime }) {
  return latest !== undefined && (latest.pid !== pid || latest.uptime_seconds > uptime);
}

/** @param {unknown} error What was wrong; undefined when the daemon answers. */
function showConnection(error) {
  document.body.dataset.connection = error === undefined ? "live" : "lost";
  const banner = byId("connection");
  banner.hidden = error === undefined;
  if (error === undefined) return;
  if (latest !== undefined) plots.add(Date.now() / 1_000, null);
  const figures = heardAt === "" ? "" : ` What is shown is of ${clock(heardAt)}.`;
  setText(banner, `The daemon does not answer. Trying again every two seconds.${figures}`);
  setText(byId("state"), "no answer");
  byId("state").dataset.state = "down";
}

async function poll() {
  for (;;) {
    await update().then(() => showConnection(undefined), showConnection);
    await new Promise((resolve) => setTimeout(resolve, PERIOD));
  }
}

startTheme(() => plots.draw());
startActions(() => latest, () => void update().catch(showConnection));
const followAnew = followEvents((event) => {
  showEvent(event);
  if (event.kind.startsWith("session-") || event.kind === "resumed") sessions.soon();
});
poll();
