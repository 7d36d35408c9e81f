// @ts-check
/// <reference lib="dom" />
/** Tables whose rows become cards on narrow screens; order and page are in the address. */
import { h } from "preact";
import { count } from "./format.js";
import { changedNow } from "./filters.js";
import { addressOf, changedAddress, pageOf } from "./route.js";

const isNarrow = globalThis.matchMedia?.("(max-width: 960px)").matches ?? false;
/** Rows per page; fewer where each is a card. */
export const PAGE = isNarrow ? 20 : 50;
/** Rows of a list of which another view shows all. */
export const FEW = isNarrow ? 4 : 8;

/**
 * `sort` is the daemon's word for the order; `first` the direction of the first click. `kind` are
 * classes of the cells. `choice` names the order where there are no headings. `inverted` turns the arrow, where a larger key is a smaller value.
 *
 * @typedef {{
 *   heading: string;
 *   cell: (row: any) => import("preact").ComponentChildren;
 *   kind?: string;
 *   sort?: string;
 *   choice?: string;
 *   first?: "asc" | "desc";
 *   inverted?: boolean;
 *   unseen?: boolean;
 * }} Column
 */

/**
 * @param {{
 *   id: string;
 *   columns: readonly Column[];
 *   rows: readonly any[];
 *   keyOf: (row: any) => string;
 *   route?: import("./route.js").Route;
 *   order?: { sort: string; order: string };
 * }} facts `route` and `order` if the table can be sorted.
 */
export function Table({ id, columns, rows, keyOf, route, order }) {
  // The roles keep it a table for screen readers where rows are laid out as cards.
  return h(
    "table",
    { role: "table", class: "rows", id: `${id}-table`, "aria-labelledby": `${id}-heading` },
    h(
      "thead",
      { role: "rowgroup" },
      h("tr", { role: "row" }, columns.map((column) => heading(column, route, order))),
    ),
    h(
      "tbody",
      { role: "rowgroup" },
      rows.map((row) =>
        h(
          "tr",
          { role: "row", key: keyOf(row) },
          columns.map((column, at) => cell(column, row, at)),
        )
      ),
    ),
  );
}

/** @param {Column} column @param {any} row @param {number} at */
function cell({ heading, kind = "", cell }, row, at) {
  const facts = { class: kind, "data-heading": heading, key: at };
  return at === 0
    ? h("th", { scope: "row", role: "rowheader", ...facts }, cell(row))
    : h("td", { role: "cell", ...facts }, cell(row));
}

/**
 * @param {Column} column
 * @param {import("./route.js").Route} [route]
 * @param {{ sort: string; order: string }} [order]
 */
function heading(column, route, order) {
  const { heading, kind = "", sort, unseen } = column;
  const facts = { scope: "col", role: "columnheader", class: kind, key: heading };
  const text = unseen ? h("span", { class: "unseen" }, heading) : heading;
  if (sort === undefined || route === undefined || order === undefined) {
    return h("th", /** @type {any} */ (facts), text);
  }
  const sorted = order.sort === sort;
  return h(
    "th",
    /** @type {any} */ ({ ...facts, "data-sort": sort, "aria-sort": direction(column, order) }),
    h("a", { href: changedAddress(route, { sort, order: next(column, order, sorted) }) }, text),
  );
}

/** @param {Column} column @param {{ sort: string; order: string }} order */
function direction({ sort, inverted = false }, order) {
  if (order.sort !== sort) return "none";
  return (order.order === "asc") !== inverted ? "ascending" : "descending";
}

/** @param {Column} column @param {{ order: string }} order @param {boolean} sorted */
function next({ first = "desc" }, { order }, sorted) {
  if (!sorted) return first;
  return order === "asc" ? "desc" : "asc";
}

/**
 * A choice of the order, for narrow screens, where the table has no headings.
 *
 * @param {{ id: string; columns: readonly Column[]; order: { sort: string; order: string } }} facts
 */
export function SortChoice({ id, columns, order }) {
  const choices = columns.filter(({ sort }) => sort !== undefined);
  const change = (/** @type {{ currentTarget: HTMLSelectElement }} */ { currentTarget }) => {
    const column = choices.find(({ sort }) => sort === currentTarget.value);
    const changes = { sort: currentTarget.value, order: column?.first ?? "desc" };
    location.hash = changedNow(changes);
  };
  return h(
    "span",
    { class: "sort-choice" },
    h("label", { class: "unseen", for: `${id}-sort` }, "Sort by"),
    h(
      "select",
      { id: `${id}-sort`, value: order.sort, onChange: /** @type {any} */ (change) },
      choices.map(({ sort, choice }) => h("option", { value: sort, key: sort }, choice)),
    ),
  );
}

/**
 * The links between pages.
 *
 * @param {{ route: import("./route.js").Route; label: string; here: number; total: number }} facts
 */
export function Pages({ route, label, here, total }) {
  const page = pageOf(route);
  if (total <= PAGE && page === 1) return null;
  const first = (page - 1) * PAGE;
  const to = (/** @type {number} */ page) =>
    addressOf(route.view, route.id, { ...route.query, page: page === 1 ? "" : String(page) });
  const last = Math.max(1, Math.ceil(total / PAGE));
  const link = (
    /** @type {number} */ page,
    /** @type {string} */ text,
    /** @type {boolean} */ can,
  ) =>
    can
      ? h("a", { class: "button", href: to(page) }, text)
      : h("span", { class: "button off" }, text);
  return h(
    "nav",
    { class: "pages", "aria-label": label },
    link(page - 1, "Previous", page > 1),
    h(
      "span",
      null,
      here === 0
        ? `none of ${count(total)}`
        : `${count(first + 1)} to ${count(first + here)} of ${count(total)}`,
    ),
    link(Math.min(page + 1, last), "Next", first + here < total),
  );
}

/** @param {import("./route.js").Route} route @returns {Record<string, string>} The daemon's query for this page. */
export function pageQuery(route) {
  return { limit: String(PAGE), offset: String((pageOf(route) - 1) * PAGE) };
}
