// @ts-check
/// <reference lib="dom" />
/** The state and the counters of the daemon. */
import { byId, element, keepChildren, setData, setText } from "./dom.js";
import { bytes, clock, count, duration } from "./format.js";

/** @param {any} status */
export function showOverview(status) {
  setData(document.body, "mode", status.mode);
  setText(byId("mode"), status.mode);
  setText(byId("version"), status.version);
  const state = status.draining ? "draining" : status.ready ? "ready" : "not ready";
  setText(byId("state"), state);
  setData(byId("state"), "state", status.draining ? "held" : status.ready ? "up" : "down");
  document.title = `${status.interface.name} ${state} · pppoe-proxy ${status.mode}`;
  showDraining(status);
  byId("warnings").hidden = status.warnings.length === 0;
  setText(byId("warnings"), status.warnings.join(" · "));
  showFacts(status);
  showTally("drops", { ...status.drops, ...kernelDrops(status) });
  showTally("ends", status.closed_total);
}

/** @param {any} status @returns {Record<string, number>} */
function kernelDrops({ interface: port }) {
  return port.kernel_drops > 0 ? { "kernel (socket buffer full)": port.kernel_drops } : {};
}

/** @param {any} status */
function showDraining({ draining, sessions }) {
  const banner = byId("draining");
  banner.hidden = !draining;
  setText(
    banner,
    draining
      ? `Draining: new sessions are refused. ${
        count(sessions.open + sessions.held)
      } still open or held.`
      : "",
  );
  const button = byId("drain");
  setText(button, draining ? "Stop draining" : "Drain");
  button.setAttribute("aria-pressed", String(draining));
  button.removeAttribute("disabled"); // only now is it known what a click would do
}

/** @param {any} status */
function showFacts(status) {
  const { interface: port, sessions } = status;
  /** @type {[string, string, string?][]} */
  const facts = [
    [
      "Sessions",
      `${count(sessions.open)} open, ${count(sessions.held)} held`,
      `at most ${count(sessions.limit)}`,
    ],
    ["Opened since start", count(status.opened_total)],
    ["Discoveries in progress", count(status.pending_discoveries)],
    ["Interface", `${port.name} ${port.up ? "up" : "down"}`, port.mac],
    ["MTU", String(port.mtu)],
    ["Receive method", port.receive === "ring" ? "packet ring" : port.receive],
    ["Uptime", duration(status.uptime_seconds), `since ${clock(status.started_at)}`],
    ["Memory", bytes(status.memory_rss_bytes), "resident set"],
    ["Process ID", String(status.pid)],
    ["Log level", status.log_level],
  ];
  keepChildren(
    byId("facts"),
    facts,
    ([name]) => name,
    ([name]) => element("div", {}, [element("dt", { text: name }), element("dd")]),
    (line, [, value, title]) => {
      const place = /** @type {HTMLElement} */ (line.lastElementChild);
      setText(place, value);
      place.title = title ?? "";
    },
  );
}

/** Shows counts by reason, largest first. @param {string} id @param {Record<string, number>} tally */
function showTally(id, tally) {
  const entries = Object.entries(tally).filter(([, number]) => number > 0)
    .sort(([one, many], [other, more]) => more - many || one.localeCompare(other));
  const most = entries[0]?.[1] ?? 1;
  const total = entries.reduce((sum, [, number]) => sum + number, 0);
  setText(byId(`${id}-total`), total > 0 ? count(total) : "");
  byId(`${id}-empty`).hidden = total > 0;
  keepChildren(
    byId(id),
    entries,
    ([reason]) => reason,
    ([reason]) =>
      element("li", {}, [
        element("span", { class: "reason", text: reason }),
        element("span", { class: "number" }),
        element("span", { class: "bar" }),
      ]),
    (line, [, number]) => {
      const [, figure, bar] = /** @type {HTMLElement[]} */ ([...line.children]);
      setText(figure, count(number));
      bar.style.setProperty("--share", String(number / most));
    },
  );
}
