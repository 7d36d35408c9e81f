// @ts-check
/// <reference lib="dom" />
/** Rows of the session tables. */
import { element, keepChildren, row, setData, setPair, setText } from "./dom.js";
import {
  bitRate,
  bytes,
  clock,
  duration,
  peerOf,
  plural,
  roundTrip,
  sessionId,
  since,
} from "./format.js";
import { bits, Rates } from "./rates.js";

const rates = new Rates();

/** @type {(readonly [string, string?])[]} */
const OPEN = [
  ["Customer", "mono strong"],
  ["Client", "mono peer"],
  ["State", "status"],
  ["Id", "mono number"],
  ["Access concentrator", "stack"],
  ["Open for", "number"],
  ["Rate", "number pair"],
  ["Carried", "number pair"],
  ["Round trip", "number"],
  ["", "act"],
];

/** @type {(readonly [string, string?])[]} */
const PAST = [
  ["Customer", "mono strong"],
  ["Client", "mono peer"],
  ["Ended by", ""],
  ["Id", "mono number"],
  ["Access concentrator", "mono"],
  ["Lasted", "number"],
  ["Carried", "number pair"],
  ["Ended", "number"],
];

/**
 * @param {HTMLElement} body
 * @param {readonly any[]} sessions
 * @param {(session: any) => void} disconnect
 */
export function showOpen(body, sessions, disconnect) {
  rates.update(performance.now() / 1_000, sessions.map((session) => [session.session, session]));
  keepChildren(
    body,
    sessions,
    ({ session, opened_at }) => `${session} ${opened_at}`,
    (session) => {
      const line = row(OPEN);
      const label = `Disconnect ${session.customer_mac}, session id ${
        sessionId(session.session_id)
      }`;
      const button = element("button", { text: "Disconnect", class: "quiet acting", label });
      button.addEventListener("click", () => disconnect(session));
      line.lastElementChild?.append(button);
      return line;
    },
    showSession,
  );
}

/** @param {HTMLElement} line @param {any} session */
function showSession(line, session) {
  const cells = /** @type {HTMLElement[]} */ ([...line.children]);
  const [customer, peer, state, id, ac, age, rate, carried, rtt] = cells;
  setText(customer, session.customer_mac);
  setText(peer, peerOf(session));
  peer.title = peerOf(session);
  setData(state, "state", session.state);
  setText(state, session.state);
  state.title = `last frame from the AC ${duration(session.idle_seconds)} ago`;
  setText(id, sessionId(session.session_id));
  id.title = session.wire_session_id === session.session_id
    ? `session id ${session.session_id}`
    : `session id ${session.session_id}, on this wire ${sessionId(session.wire_session_id)}`;
  showAc(ac, session);
  setText(age, since(session.opened_at));
  age.title = clock(session.opened_at);
  const speed = rates.of(session.session);
  setPair(rate, bitRate(bits(speed, "up")), bitRate(bits(speed, "down")));
  setPair(carried, bytes(session.bytes_up), bytes(session.bytes_down));
  carried.title = `${plural(session.frames_up, "frame")} up, ${session.frames_down} down`;
  setText(rtt, roundTrip(session.ac_rtt_seconds));
}

/** @param {HTMLElement} cell @param {any} session */
function showAc(cell, session) {
  if (cell.childElementCount === 0) {
    cell.append(element("span"), element("span", { class: "mono soft" }));
  }
  const [name, address] = [...cell.children];
  const service = session.service_name ? `, service ${session.service_name}` : "";
  setText(name, session.ac_name === null ? "" : session.ac_name + service);
  setText(address, session.ac_mac);
}

/** @param {HTMLElement} body @param {readonly any[]} sessions */
export function showPast(body, sessions) {
  keepChildren(
    body,
    sessions,
    (past) => `${peerOf(past)} ${past.customer_mac} ${past.session_id} ${past.opened_at}`,
    () => row(PAST),
    (line, past) => {
      const cells = /** @type {HTMLElement[]} */ ([...line.children]);
      const [customer, peer, reason, id, ac, lasted, carried, ended] = cells;
      setText(customer, past.customer_mac);
      setText(peer, peerOf(past));
      setText(reason, past.reason);
      setText(id, sessionId(past.session_id));
      setText(ac, past.ac_mac);
      setText(lasted, since(past.opened_at, Date.parse(past.closed_at)));
      setPair(carried, bytes(past.bytes_up), bytes(past.bytes_down));
      setText(ended, clock(past.closed_at));
    },
  );
}
