// @ts-check
/// <reference lib="dom" />
/** Small parts that all views use. Names come from outside: `bdi` keeps their direction inside. */
import { h } from "preact";
import { announce } from "./announce.js";
import { bitRate, clock, moment } from "./format.js";
import { bits } from "./rates.js";
import { addressOf } from "./route.js";

/** @typedef {import("preact").ComponentChildren} Children */

/**
 * A section with its heading.
 *
 * @param {{ id: string; title: Children; aside?: Children; tools?: Children; children?: Children; class?: string }} facts
 */
export function Section({ id, title, aside, tools, children, class: kind = "" }) {
  return h(
    "section",
    { "aria-labelledby": `${id}-heading`, id, class: kind },
    h(
      "header",
      null,
      h("h2", { id: `${id}-heading`, tabIndex: -1 }, title),
      tools,
      aside && h("p", { class: "aside", role: "status" }, aside),
    ),
    children,
  );
}

/** @param {{ text: string }} facts A name that was chosen outside this program. */
export function Name({ text }) {
  return h("bdi", { class: "name" }, text);
}

/** @param {{ text: string }} facts Sentences, with commands and settings in backticks. */
export function Prose({ text }) {
  return h(
    "bdi",
    { class: "name" },
    text.split("`").map((part, at) => at % 2 === 1 ? h("code", { key: at }, part) : part),
  );
}

/** @param {{ name: string }} facts The link to a client of a server, or a server of a client. */
export function PeerLink({ name }) {
  return h(
    "a",
    { href: addressOf("clients", name), class: "mono", title: name },
    h(Name, { text: name }),
  );
}

/**
 * A MAC address with a button that copies it; a link if it leads somewhere.
 *
 * @param {{ mac: string; href?: string }} facts
 */
export function Mac({ mac, href }) {
  const text = href === undefined
    ? h("span", null, mac)
    : h("a", { href, class: "card-link" }, mac);
  return h(
    "span",
    { class: "mac mono" },
    text,
    h("button", {
      type: "button",
      class: "copy",
      title: "Copy",
      "aria-label": `Copy ${mac}`,
      onClick: () => void copy(mac),
    }),
  );
}

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    announce(`${text} copied`);
  } catch {
    announce(`The browser did not copy ${text}: select the text and copy it`);
  }
}

/**
 * A value for each direction, each in its colour.
 *
 * @param {{ up: string; down: string }} facts
 */
export function Pair({ up, down }) {
  return h(
    "span",
    { class: "pair" },
    h("span", { class: "up" }, h("span", { class: "unseen" }, "up "), up),
    h("span", { class: "down" }, h("span", { class: "unseen" }, "down "), down),
  );
}

/** @param {{ rate: import("./rates.js").Rate }} facts */
export function RatePair({ rate }) {
  return h(Pair, { up: bitRate(bits(rate, "up")), down: bitRate(bits(rate, "down")) });
}

/** @param {{ time: string | null }} facts A time of day whose title has date and zone. */
export function Time({ time }) {
  if (time === null) return null;
  return h("time", { dateTime: time, title: moment(time) }, clock(time));
}

/** A word for a state, with a shape and a colour. @param {{ state: string; words?: string }} facts */
export function State({ state, words = state }) {
  return h("span", { class: "status", "data-state": state }, words);
}

/** A name, its value, and more about it. @typedef {readonly [name: string, value: Children, title?: string] | false} Fact */

/** Names and values. @param {{ facts: readonly Fact[] }} facts */
export function Facts({ facts }) {
  return h(
    "dl",
    { class: "facts" },
    facts.filter((fact) => fact !== false).map(([name, value, title]) =>
      h("div", { key: name, title }, h("dt", null, name), h("dd", null, value))
    ),
  );
}

/** @param {{ children?: Children }} facts What is shown instead of an empty list. */
export function Empty({ children }) {
  return h("p", { class: "empty" }, children);
}
