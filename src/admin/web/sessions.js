// @ts-check
/// <reference lib="dom" />
/** The session list: search, order, pages. The daemon does all three. */
import { ask } from "./api.js";
import { byId, setText } from "./dom.js";
import { count, peerKey, plural } from "./format.js";
import { showOpen, showPast } from "./rows.js";

/** Sessions per page; fewer where each is a card. */
const PAGE = matchMedia("(max-width: 860px)").matches ? 10 : 50;

/** The session list with its search. */
export class Sessions {
  /** @type {HTMLInputElement} */
  #text = byId("search-text");
  /** @type {HTMLSelectElement} */
  #state = byId("search-state");
  #sort = "opened_at";
  #order = "desc";
  #offset = 0;
  /** Number of requests sent, so that a late answer does not replace a newer one. */
  #asked = 0;
  #shown = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #disconnect;

  /** @param {(session: any) => void} disconnect */
  constructor(disconnect) {
    this.#disconnect = disconnect;
    byId("search").addEventListener("submit", (event) => event.preventDefault());
    const again = () => {
      this.#offset = 0;
      this.soon(150);
    };
    this.#text.addEventListener("input", again);
    this.#state.addEventListener("change", again);
    byId("page-back").addEventListener("click", () => this.#turn(-PAGE));
    byId("page-on").addEventListener("click", () => this.#turn(PAGE));
    for (const heading of this.#headings()) {
      heading.firstElementChild?.addEventListener("click", () => this.#orderBy(heading));
    }
    this.#showOrder();
  }

  /** Schedules an update; calls before it runs are merged. @param {number} [delay] */
  soon(delay = 100) {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.update().catch(() => {}); // the poll reports an unreachable daemon
    }, delay);
  }

  async update() {
    const asked = ++this.#asked;
    const past = this.#state.value === "past";
    const answer = await ask("GET", `/api/v1/sessions?${this.#query(past)}`);
    if (asked < this.#shown) return;
    this.#shown = asked;
    const { total, sessions } = answer;
    if (sessions.length === 0 && this.#offset > 0) return this.#turn(-PAGE);
    byId("sessions").hidden = past || total === 0;
    byId("past").hidden = !past || total === 0;
    if (past) showPast(body("past"), sessions);
    else showOpen(body("sessions"), sessions, this.#disconnect);
    this.#showCount(total, sessions.length);
  }

  /** @param {boolean} past @returns {string} */
  #query(past) {
    const query = new URLSearchParams({ limit: String(PAGE), offset: String(this.#offset) });
    const text = this.#text.value.trim();
    if (past) {
      query.set("past", "true");
      if (text !== "") query.set(...exact(text));
    } else {
      query.set("sort", this.#sort);
      query.set("order", this.#order);
      if (this.#state.value !== "") query.set("state", this.#state.value);
      if (text !== "") query.set("search", text);
    }
    return query.toString();
  }

  /** @param {number} total @param {number} here */
  #showCount(total, here) {
    const searching = this.#text.value.trim() !== "" || this.#state.value !== "";
    setText(
      byId("sessions-count"),
      total === 0 ? "" : searching ? plural(total, "match", "matches") : count(total),
    );
    const empty = byId("sessions-empty");
    empty.hidden = total > 0;
    setText(
      empty,
      searching
        ? "No sessions match."
        : "No sessions are open. A session appears here when a customer dials.",
    );
    byId("pages").hidden = total <= PAGE;
    setText(
      byId("page-range"),
      `${count(this.#offset + 1)} to ${count(this.#offset + here)} of ${count(total)}`,
    );
    /** @type {HTMLButtonElement} */ (byId("page-back")).disabled = this.#offset === 0;
    /** @type {HTMLButtonElement} */ (byId("page-on")).disabled = this.#offset + here >= total;
  }

  /** @param {number} step */
  #turn(step) {
    this.#offset = Math.max(0, this.#offset + step);
    this.soon(0);
  }

  /** @returns {HTMLElement[]} */
  #headings() {
    return [...byId("sessions").querySelectorAll("th")].filter((th) => th.dataset.sort);
  }

  /** @param {HTMLElement} heading */
  #orderBy({ dataset }) {
    const same = dataset.sort === this.#sort;
    const first = dataset.sort === "client" ? "asc" : "desc";
    this.#order = same ? (this.#order === "asc" ? "desc" : "asc") : first;
    this.#sort = dataset.sort ?? "opened_at";
    this.#offset = 0;
    this.#showOrder();
    this.soon(0);
  }

  #showOrder() {
    for (const heading of this.#headings()) {
      const { sort } = heading.dataset;
      // The newest session has been open for the shortest time.
      const rising = (this.#order === "asc") !== (sort === "opened_at");
      heading.ariaSort = sort === this.#sort ? (rising ? "ascending" : "descending") : "none";
    }
  }
}

/**
 * Ended sessions are searched by a complete address, session id, or name of a client (on a client,
 * address of a server).
 *
 * @param {string} text
 * @returns {[string, string]}
 */
function exact(text) {
  if (/^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(text)) return ["mac", text];
  const id = /^(0x[0-9a-f]{1,4}|\d{1,5})$/i.test(text) ? Number(text) : 0;
  return id > 0 && id <= 0xffff ? ["session_id", String(id)] : [peerKey(), text];
}

/** @param {string} table @returns {HTMLElement} */
function body(table) {
  return /** @type {HTMLElement} */ (byId(table).querySelector("tbody"));
}
