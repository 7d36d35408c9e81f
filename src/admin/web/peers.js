// @ts-check
/// <reference lib="dom" />
/** The peers and their tunnels: clients of a server, servers of a client. */
import { byId, keepChildren, row, setData, setPair, setText } from "./dom.js";
import { bitRate, bytes, count, peerOf, plural, roundTrip, since } from "./format.js";
import { bits, Rates } from "./rates.js";

const rates = new Rates();

/**
 * @param {any} status
 * @param {readonly any[]} clients
 */
export function showPeers(status, clients) {
  const server = status.mode === "server";
  const word = server ? "Client" : "Server";
  setText(byId("peers-heading"), `${word}s`);
  setText(byId("peer-column"), word);
  const tunnels = new Map(
    status.tunnels.map((/** @type {any} */ tunnel) => [peerOf(tunnel), tunnel]),
  );
  rates.update(status.uptime_seconds, clients.map((client) => [peerOf(client), client]));
  const up = clients.filter((client) => client.up).length;
  setText(
    byId("peers-count"),
    clients.length === 0 ? "" : `${count(up)} of ${count(clients.length)} connected`,
  );
  byId("peers").hidden = clients.length === 0;
  const empty = byId("peers-empty");
  empty.hidden = clients.length > 0;
  setText(
    empty,
    server
      ? "No clients are configured. Add a [[clients]] table to the configuration and reload it."
      : "No server is configured.",
  );
  const body = /** @type {HTMLElement} */ (byId("peers").querySelector("tbody"));
  keepChildren(
    body,
    clients,
    peerOf,
    () =>
      row([
        [word, "mono strong"],
        ["Tunnel", "status"],
        ["Address", "mono"],
        ["Round trip", "number"],
        ["Sessions", "number"],
        ["Rate", "number pair"],
        ["Carried", "number pair"],
        ["Queue", "number"],
      ]),
    (line, client) => showPeer(line, client, tunnels.get(peerOf(client))),
  );
}

/**
 * @param {HTMLElement} line
 * @param {any} client
 * @param {any} tunnel
 */
function showPeer(line, client, tunnel) {
  const cells = /** @type {HTMLElement[]} */ ([...line.children]);
  const [name, state, address, rtt, sessions, rate, carried, queue] = cells;
  setText(name, peerOf(client));
  setData(state, "state", client.up ? "up" : "down");
  setText(state, stateWords(client, tunnel));
  state.title = tunnel ? `connected ${plural(tunnel.connects, "time")} since startup` : "";
  setText(address, client.address ?? "–");
  setText(rtt, roundTrip(client.rtt_seconds));
  setText(sessions, `${count(client.sessions)} of ${count(client.session_limit)}`);
  const speed = rates.of(peerOf(client));
  setPair(rate, bitRate(bits(speed, "up")), bitRate(bits(speed, "down")));
  setPair(carried, bytes(client.bytes_up), bytes(client.bytes_down));
  setText(queue, bytes(client.queue_bytes));
}

/** @param {any} client @param {any} tunnel @returns {string} */
function stateWords(client, tunnel) {
  const gone = client.configured ? "" : ", no longer configured";
  if (client.up) return `up ${client.since ? since(client.since) : ""}${gone}`.trim();
  if (tunnel?.down_since) return `down ${since(tunnel.down_since)}${gone}`;
  return `never connected${gone}`;
}
