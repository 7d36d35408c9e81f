// @ts-check
/// <reference lib="dom" />
/** A search and choices above a list. They are in the address, and typing adds no history. */
import { h } from "preact";
import { changedAddress, parseRoute } from "./route.js";

/** @typedef {import("./route.js").Route} Route */

/** Changes the address without a new entry in the history. @param {string} address */
export function replaceAddress(address) {
  history.replaceState(null, "", address);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

/**
 * The address of now with another query. What is drawn may be older than the address: of two changes
 * in quick succession, the second would take back the first.
 *
 * @param {Readonly<Record<string, string | undefined>>} changes
 * @returns {string}
 */
export function changedNow(changes) {
  return changedAddress(parseRoute(location.hash), changes);
}

/**
 * @param {{ route: Route; label: string; placeholder: string; children?: import("preact").ComponentChildren }} facts
 */
export function Search({ route, label, placeholder, children }) {
  return h(
    "form",
    {
      class: "search",
      role: "search",
      onSubmit: (/** @type {Event} */ event) => event.preventDefault(),
    },
    h("label", { class: "unseen", for: `${route.view}-search` }, label),
    h("input", {
      id: `${route.view}-search`,
      type: "search",
      autocomplete: "off",
      spellcheck: false,
      placeholder,
      value: route.query.search ?? "",
      onInput: (event) => replaceAddress(changedNow({ search: event.currentTarget.value })),
    }),
    children,
  );
}

/**
 * @param {{ route: Route; name: string; label: string; choices: readonly (readonly [value: string, text: string])[] }} facts
 */
export function Choice({ route, name, label, choices }) {
  const id = `${route.view}-${name}`;
  return h(
    "span",
    null,
    h("label", { class: "unseen", for: id }, label),
    h(
      "select",
      {
        id,
        value: route.query[name] ?? "",
        onChange: (/** @type {any} */ event) => {
          location.hash = changedNow({ [name]: event.currentTarget.value });
        },
      },
      choices.map(([value, text]) => h("option", { value, key: value }, text)),
    ),
  );
}
