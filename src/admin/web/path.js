// @ts-check
/** The network path, customers on the left and ACs on the right, with the state of each part. */
import { h } from "preact";
import { count, plural, roundTrip } from "./format.js";
import { Name, RatePair } from "./parts.js";

/** @typedef {{ kind: "node" | "cable" | "tunnel"; state: string; name: string; detail: string; rate?: boolean }} Part */

/** @param {any} status @returns {Part[]} From the customers to the ACs. */
export function partsOf(status) {
  const { interface: port, sessions, totals } = status;
  const open = plural(sessions.open, "session") +
    (sessions.held > 0 ? `, ${count(sessions.held)} held` : "");
  /** @type {Part} */
  const cable = {
    kind: "cable",
    state: port.up ? "up" : "down",
    name: port.name,
    detail: port.up ? `MTU ${port.mtu}` : "down",
    rate: true,
  };
  /** @type {Part} */
  const own = { kind: "node", state: "own", name: `This ${status.mode}`, detail: port.mac };
  const tunnel = tunnelPart(status);
  const peers = { kind: /** @type {const} */ ("node"), state: tunnel.state };
  return status.mode === "server"
    ? [
      { ...peers, name: "Clients", detail: connected(totals) },
      tunnel,
      own,
      cable,
      { kind: "node", state: cable.state, name: "Access concentrators", detail: open },
    ]
    : [
      { kind: "node", state: cable.state, name: "Customers", detail: open },
      cable,
      own,
      tunnel,
      { ...peers, name: totals.tunnels > 1 ? "Servers" : "Server", detail: connected(totals) },
    ];
}

/** @param {any} status @returns {Part} */
function tunnelPart({ mode, transport, totals }) {
  const { tunnels, tunnels_up: up, rtt_min_seconds: least, rtt_max_seconds: most } = totals;
  const name = transport === "auto" ? "TLS or QUIC" : transport === "quic" ? "QUIC" : "TLS";
  const part = /** @type {const} */ ({ kind: "tunnel", name, rate: true });
  if (tunnels === 0) return { ...part, state: "idle", detail: "none configured" };
  if (up === 0) return { ...part, state: "down", detail: "down" };
  if (up < tunnels && mode === "server") {
    return { ...part, state: "partial", detail: `${count(tunnels - up)} down` };
  }
  return { ...part, state: "up", detail: least === null ? "up" : span(least, most) };
}

/** @param {any} totals @returns {string} */
function connected({ tunnels, tunnels_up: up }) {
  if (tunnels === 0) return "none configured";
  if (tunnels === 1) return up === 1 ? "connected" : "not connected";
  return `${count(up)} of ${count(tunnels)} connected`;
}

/** @param {number} least @param {number} most @returns {string} */
function span(least, most) {
  const [low, high] = [roundTrip(least), roundTrip(most)];
  return low === high ? low : `${low} to ${high}`;
}

/** @param {{ status: any; rate: import("./rates.js").Rate }} facts */
export function Path({ status, rate }) {
  return h(
    "section",
    { class: "path", "aria-labelledby": "path-heading" },
    h("h2", { id: "path-heading", class: "unseen" }, "Network path"),
    h(
      "ol",
      { id: "path" },
      partsOf(status).map((part, at) =>
        h(
          "li",
          { class: part.kind, "data-state": part.state, key: at },
          h("span", { class: "title" }, h(Name, { text: part.name })),
          h("span", { class: "detail" }, part.detail),
          part.rate && h("span", { class: "rate" }, h(RatePair, { rate })),
        )
      ),
    ),
  );
}
