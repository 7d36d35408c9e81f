// @ts-check
/** One number a card: what is seen at a glance. */
import { h } from "preact";
import { peerWord } from "./clients.js";
import { bitRate, count, duration } from "./format.js";
import { bits } from "./rates.js";
import { addressOf } from "./route.js";

/** @typedef {import("./live.js").Live} Live */

/** @param {{ live: Live }} facts */
export function Cards({ live }) {
  const { status } = live;
  const { totals, sessions } = status;
  const rate = live.rates.of("all");
  const { tunnels, tunnels_up: up } = totals;
  return h(
    "ul",
    { class: "cards", "aria-label": "At a glance" },
    h(Card, {
      name: `${peerWord(status.mode)}s connected`,
      value: count(up),
      more: tunnels === 0 ? "none configured" : `of ${count(tunnels)}`,
      state: tunnelsState(status),
      href: addressOf("clients", "", tunnelsState(status) === "" ? {} : { state: "down" }),
    }),
    h(Card, {
      name: "Sessions open",
      value: count(sessions.open),
      more: `of at most ${count(sessions.limit)}`,
      href: addressOf("sessions", "", { state: "open" }),
    }),
    h(Card, {
      name: "Sessions held",
      value: count(sessions.held),
      more: sessions.held > 0 ? "waiting for their tunnel" : "",
      state: sessions.held > 0 ? "warn" : "",
      href: addressOf("sessions", "", { state: "held" }),
    }),
    h(Card, {
      name: "To customers",
      value: bitRate(bits(rate, "down")),
      more: "of PPP",
      direction: "down",
    }),
    h(Card, {
      name: "To the AC",
      value: bitRate(bits(rate, "up")),
      more: "of PPP",
      direction: "up",
    }),
    h(CertificateCard, { certificates: status.certificates }),
  );
}

/**
 * A server needs the tunnels of all its clients; a client needs one, for its servers stand in for each
 * other.
 *
 * @param {any} status
 * @returns {"" | "warn" | "bad"}
 */
export function tunnelsState({ mode, totals: { tunnels, tunnels_up: up } }) {
  if (up === tunnels || (mode === "client" && up > 0)) return "";
  return up === 0 ? "bad" : "warn";
}

/**
 * @param {{ name: string; value: string; more?: string; state?: string; direction?: string; href?: string }} facts
 */
function Card({ name, value, more = "", state = "", direction = "", href }) {
  const label = href === undefined ? name : h("a", { href, class: "card-link" }, name);
  return h(
    "li",
    { class: `card ${state}` },
    h("span", { class: "label" }, label),
    h("strong", { class: direction }, value),
    h("span", { class: "more" }, more),
  );
}

/** Days before the end of a certificate from which its card is amber. */
const SOON_DAYS = 30;

/** The certificate that ends first. @param {{ certificates: readonly any[] }} facts */
function CertificateCard({ certificates }) {
  const [first] = certificates.filter((each) => each.not_after !== null)
    .toSorted((one, other) => Date.parse(one.not_after) - Date.parse(other.not_after));
  if (first === undefined) return null;
  const left = (Date.parse(first.not_after) - Date.now()) / 1_000;
  const days = left / 86_400;
  const name = first.use === "own" ? "Own certificate" : "Server's certificate";
  if (Date.parse(first.not_before) > Date.now()) {
    const more = `valid from ${first.not_before.slice(0, 10)}`;
    return h(Card, {
      name,
      value: "not yet",
      more,
      state: "warn",
      href: addressOf("configuration"),
    });
  }
  return h(Card, {
    name,
    value: left <= 0 ? "expired" : days >= 2 ? `${count(Math.floor(days))} days` : duration(left),
    more: `valid until ${first.not_after.slice(0, 10)}`,
    // Never red: tunnels still work, for it is pinned.
    state: days < SOON_DAYS || first.warning !== null ? "warn" : "",
    href: addressOf("configuration"),
  });
}
