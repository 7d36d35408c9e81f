// @ts-check
/**
 * The address of a view: `#/sessions?search=gold&page=2`. It is in the fragment, so names and
 * searches reach neither the daemon's log nor that of a proxy in front of it. Pure.
 */

/** Views in the order of the navigation. */
export const VIEWS = /** @type {const} */ ([
  "overview",
  "clients",
  "sessions",
  "events",
  "capture",
  "configuration",
]);

/**
 * `id` names one client or session; `query` has only texts.
 *
 * @typedef {{ view: typeof VIEWS[number]; id: string; query: Readonly<Record<string, string>> }} Route
 */

/** @param {string} hash `location.hash` @returns {Route} The overview for an unknown address. */
export function parseRoute(hash) {
  const [path, search = ""] = hash.replace(/^#?\/?/, "").split(/\?(.*)/s);
  const [name, ...rest] = path.split("/");
  const view = VIEWS.find((view) => view === name) ?? "overview";
  // The id is one part; an encoded slash belongs to it.
  const id = view === "clients" || view === "sessions" ? decoded(rest.join("/")) : "";
  return { view, id, query: Object.fromEntries(new URLSearchParams(search)) };
}

/**
 * Returns the address of a view. Empty values are left out.
 *
 * @param {string} view
 * @param {string} [id]
 * @param {Readonly<Record<string, string | undefined>>} [query]
 * @returns {string}
 */
export function addressOf(view, id = "", query = {}) {
  const wanted = Object.entries(query).filter((entry) => entry[1] !== undefined && entry[1] !== "");
  const search = new URLSearchParams(/** @type {[string, string][]} */ (wanted)).toString();
  const path = id === "" ? view : `${view}/${encodeURIComponent(id.toWellFormed())}`;
  return `#/${path}${search === "" ? "" : `?${search}`}`;
}

/**
 * The same view with another query. A changed filter shows the first page.
 *
 * @param {Route} route
 * @param {Readonly<Record<string, string | undefined>>} changes
 * @returns {string}
 */
export function changedAddress({ view, id, query }, changes) {
  return addressOf(view, id, { ...query, page: undefined, ...changes });
}

/** @param {string} text @returns {string} */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // typed by hand
  }
}

/** @param {Route} route @returns {number} From 1. */
export function pageOf({ query }) {
  const page = /^[1-9]\d{0,6}$/.test(query.page ?? "") ? Number(query.page) : 1;
  return page;
}
