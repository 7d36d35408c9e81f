// @ts-check
/// <reference lib="dom" />
/** The latest events, newest first. */
import { byId, element } from "./dom.js";
import { clock, sessionId } from "./format.js";

const KEPT = 100;

/** Severity by kind of event; all others are plain. @type {Record<string, string>} */
const GRAVITY = {
  "session-opened": "good",
  "tunnel-up": "good",
  "interface-up": "good",
  "resumed": "good",
  "ac-answers": "good",
  "ac-refused": "warn",
  "ac-silent": "bad",
  "server-refused": "warn",
  "tunnel-lost": "bad",
  "tunnel-closed": "warn",
  "connect-failed": "bad",
  "interface-down": "bad",
  "tunnel-rejected": "warn",
  "name-in-use": "bad",
  certificate: "warn",
  "refused": "warn",
  "drain": "warn",
  "capture": "warn",
};

/** Facts that come first, in this order. */
const FIRST = [
  "client",
  "server",
  "customer_mac",
  "session",
  "session_id",
  "reason",
  "result",
  "enabled",
];

/** Kinds that screen readers announce. */
const ANNOUNCED = [
  "tunnel-up",
  "tunnel-lost",
  "tunnel-closed",
  "interface-up",
  "interface-down",
  "drain",
];

/** @param {any} event */
export function showEvent(event) {
  const { time, kind, ...facts } = event;
  const gravity = kind === "reload" && facts.result === "failed" ? "bad" : GRAVITY[kind] ?? "plain";
  const words = wordsOf(facts);
  const item = element("li", { class: gravity }, [
    element("time", { text: clock(time), title: time }),
    element("span", { class: "kind", text: kind.replaceAll("-", " ") }),
    element("span", { class: "facts", text: words }),
  ]);
  const list = byId("events");
  list.prepend(item);
  while (list.childElementCount > KEPT) list.lastElementChild?.remove();
  byId("events-empty").hidden = true;
  const fresh = Date.now() - Date.parse(time) < 5_000;
  if (fresh && ANNOUNCED.includes(kind)) announce(`${kind.replaceAll("-", " ")}: ${words}`);
}

/** Clears the list after a restart of the daemon. */
export function forgetEvents() {
  byId("events").replaceChildren();
  byId("events-empty").hidden = false;
}

/** @param {string} text For screen readers. */
export function announce(text) {
  byId("announcements").textContent = text;
}

/** @param {Record<string, unknown>} facts @returns {string} */
function wordsOf(facts) {
  const rank = (/** @type {string} */ key) =>
    (FIRST.indexOf(key) + FIRST.length + 1) % (FIRST.length + 1);
  return Object.entries(facts)
    .filter(([, value]) =>
      value !== null && value !== "" && !(Array.isArray(value) && value.length === 0)
    )
    .sort(([one], [other]) => rank(one) - rank(other))
    .map(([key, value]) =>
      FIRST.slice(0, 3).includes(key) ? String(value) : `${spoken(key)} ${shown(key, value)}`
    )
    .join(", ");
}

/** @param {string} key @returns {string} */
function spoken(key) {
  return key.replaceAll("_", " ").replace("ac mac", "AC");
}

/** @param {string} key @param {unknown} value @returns {string} */
function shown(key, value) {
  if (key === "session_id" && typeof value === "number") return sessionId(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
