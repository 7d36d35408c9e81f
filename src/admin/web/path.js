// @ts-check
/// <reference lib="dom" />
/** The network path, customers on the left and ACs on the right, with the state of each part. */
import { byId, element, setData, setPair, setText } from "./dom.js";
import { bitRate, count, plural, roundTrip } from "./format.js";
import { bits } from "./rates.js";

/** @typedef {{ kind: "node" | "cable" | "tunnel"; state: string; name: string; detail: string; rate?: boolean }} Part */

/** @param {any} status @returns {Part[]} */
function partsOf(status) {
  const { interface: port, sessions, tunnels } = status;
  const up = tunnels.filter((/** @type {any} */ tunnel) => tunnel.up);
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
  const own = {
    kind: "node",
    state: "own",
    name: `This ${status.mode}`,
    detail: port.mac,
  };
  const rtts = up.map((/** @type {any} */ tunnel) => tunnel.rtt_seconds)
    .filter((/** @type {number | null} */ rtt) => rtt !== null);
  /** @type {Part} */
  const tunnel = {
    kind: "tunnel",
    state: up.length === 0 ? (tunnels.length === 0 ? "idle" : "down") : "up",
    name: status.transport === "quic" ? "QUIC" : "TLS",
    detail: up.length === 0
      ? (tunnels.length === 0 ? "no client configured" : "down")
      : rtts.length === 0
      ? "up"
      : span(Math.min(...rtts), Math.max(...rtts)),
    rate: true,
  };
  return status.mode === "server"
    ? [
      {
        kind: "node",
        state: tunnel.state,
        name: "Clients",
        detail: clientsUp(up.length, tunnels.length),
      },
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
      {
        kind: "node",
        state: tunnel.state,
        name: "Server",
        detail: up[0]?.address ?? up[0]?.server ?? "unreachable",
      },
    ];
}

/** @param {number} up @param {number} all @returns {string} */
function clientsUp(up, all) {
  return all === 0 ? "none configured" : `${count(up)} of ${count(all)} connected`;
}

/** @param {number} least @param {number} most @returns {string} */
function span(least, most) {
  const [low, high] = [roundTrip(least), roundTrip(most)];
  return low === high ? low : `${low} to ${high}`;
}

/** @param {any} status @param {import("./rates.js").Rate} rate */
export function showPath(status, rate) {
  const list = byId("path");
  const parts = partsOf(status);
  while (list.childElementCount < parts.length) {
    list.append(element("li", {}, [
      element("span", { class: "name" }),
      element("span", { class: "detail" }),
      element("span", { class: "rate" }),
    ]));
  }
  for (const [index, part] of parts.entries()) {
    const item = /** @type {HTMLElement} */ (list.children[index]);
    const [name, detail, speed] = /** @type {HTMLElement[]} */ ([...item.children]);
    if (item.className !== part.kind) item.className = part.kind;
    setData(item, "state", part.state);
    setText(name, part.name);
    setText(detail, part.detail);
    if (part.rate) setPair(speed, bitRate(bits(rate, "up")), bitRate(bits(rate, "down")));
  }
}
