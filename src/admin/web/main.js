// @ts-check
/// <reference lib="dom" />
/** Polls the daemon every two seconds and shows its status; events trigger earlier updates. */
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

/** Interval between polls, in milliseconds. */
const PERIOD = 2_000;

/** @type {any} */
let latest;
let heardAt = "";
/** Number of updates started, and the number of the latest one shown. */
let asked = 0;
let shown = 0;
const plots = new Plots();
const total = new Rates();
const sessions = new Sessions((session) => disconnect(session, () => sessions.soon(0)));

async function update() {
  const number = ++asked;
  const [status, peers] = await Promise.all([
    ask("GET", "/api/v1/status"),
    ask("GET", "/api/v1/clients"),
    sessions.update(),
  ]);
  // Drop a response that a later one has overtaken, for example after a drain.
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
  // The read-only role sees no controls; the daemon refuses its requests in any case.
  document.body.dataset.role = status.role ?? "act";
  showOverview(status);
  showPath(status, total.of("all"));
  showPeers(status, peers.clients ?? peers.servers);
  showConfiguration(status);
}

/** @param {any} status @returns {boolean} Whether the daemon restarted since the last status. */
function isAnother({ pid, uptime_seconds: uptime }) {
  return latest !== undefined && (latest.pid !== pid || latest.uptime_seconds > uptime);
}

/** @param {unknown} error Why the daemon did not answer; undefined if it did. */
function showConnection(error) {
  document.body.dataset.connection = error === undefined ? "live" : "lost";
  const banner = byId("connection");
  banner.hidden = error === undefined;
  if (error === undefined) return;
  if (latest !== undefined) plots.add(Date.now() / 1_000, null);
  const figures = heardAt === "" ? "" : ` Showing data from ${clock(heardAt)}.`;
  setText(banner, `The daemon does not answer. Retrying every two seconds.${figures}`);
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
