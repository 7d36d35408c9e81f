// @ts-check
/** Events in words. Pure. */
import { bytes, plural, sessionName } from "./format.js";

/** Severity by kind of event; all others are plain. @type {Readonly<Record<string, string>>} */
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
  "customer_mac",
  "session",
  "client",
  "server",
  "cause",
  "words",
  "session_id",
  "reason",
  "result",
  "enabled",
];

/** Facts that need no name before them. */
const PLAIN = ["client", "server", "customer_mac", "session", "cause", "words", "detail"];

/** Abbreviations and names of facts. @type {Readonly<Record<string, string>>} */
const WORDS = {
  ac: "AC",
  mac: "MAC",
  mtu: "MTU",
  pado: "PADO",
  padi: "PADI",
  padis: "PADIs",
  padr: "PADR",
  pads: "PADS",
  padt: "PADT",
};
/** @type {Readonly<Record<string, string>>} */
const NAMES = { "ac_mac": "AC", "ac_name": "AC", "session_id": "id" };

/** @param {any} event @returns {string} Its class. */
export function gravityOf({ kind, result }) {
  return kind === "reload" && result === "failed" ? "bad" : GRAVITY[kind] ?? "plain";
}

/** @param {string} key A kind or the name of a fact. @returns {string} "AC refused" */
export function spoken(key) {
  return NAMES[key] ??
    key.split(/[_-]/).map((word) => WORDS[word] ?? word).join(" ");
}

/** @param {any} event @returns {string} Its facts in words. */
export function factsText(event) {
  return partsOf(event).map(([, text]) => text).join(", ");
}

/** @param {any} event @returns {string} Its kind and facts in words. */
export function eventText(event) {
  return `${spoken(event.kind)} ${factsText(event)}`.trim();
}

/**
 * @param {any} event
 * @returns {[key: string, text: string][]} Its facts, the most important first. A session names its
 *   client, and an AC's name its address.
 */
export function partsOf({ time: _, number: _number, kind: _kind, ...facts }) {
  const rank = (/** @type {string} */ key) =>
    (FIRST.indexOf(key) + FIRST.length + 1) % (FIRST.length + 1);
  const isKnown = (/** @type {string} */ key) =>
    (key === "client" && sessionName(facts.session).startsWith(`${facts.client}.`)) ||
    (key === "ac_mac" && facts["ac_name"]);
  return Object.entries(facts)
    .filter(([key, value]) =>
      value !== null && value !== "" && !(Array.isArray(value) && value.length === 0) &&
      !isKnown(key)
    )
    .sort(([one], [other]) => rank(one) - rank(other))
    .map(([key, value]) => [key, factText(key, value)]);
}

/** @param {string} key @param {unknown} value @returns {string} */
function factText(key, value) {
  if (key === "session") return sessionName(value).replace(/^(?=\d+$)/, "session ");
  if (PLAIN.includes(key)) return String(value);
  const [, name, unit] = /^(.+)_(s|ms)$/.exec(key) ?? [];
  if (unit !== undefined) return `${spoken(name)} ${value} ${unit}`;
  return `${spoken(key)} ${shown(key, value)}`;
}

/** @param {string} key @param {unknown} value @returns {string} */
function shown(key, value) {
  if (key.startsWith("bytes_") && typeof value === "number") return bytes(value);
  if (Array.isArray(value)) return plural(value.length, "value");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
