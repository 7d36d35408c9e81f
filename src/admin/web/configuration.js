// @ts-check
/// <reference lib="dom" />
/**
 * The configuration in use, and what changes a running daemon. The daemon sends the names of secret
 * files, never their content.
 */
import { h } from "preact";
import { reload, setLogLevel, toggleDrain } from "./actions.js";
import { NONE } from "./format.js";
import { Facts, Name, Section, Time } from "./parts.js";
import { tomlOf } from "./toml.js";
import { forgetToken, isByLink, isRemembered, storedToken } from "./token.js";

/** @typedef {import("./live.js").Live} Live */

const LEVELS = ["debug", "info", "warning", "error"];

/** @returns {import("./live.js").Needs} */
export function configurationNeeds() {
  return { whole: "status" };
}

/** @param {{ live: Live }} facts */
export function Configuration({ live }) {
  const { status, answers: { whole } } = live;
  return [
    h(
      Section,
      { id: "control", title: "Control", key: "control" },
      status.role === "act" ? h(Controls, { live }) : h(
        "p",
        { class: "note" },
        "Read-only access: use the token of admin.token_file, or the socket of admin.socket, to change or capture anything.",
      ),
    ),
    h(
      "div",
      { class: "halves", key: "more" },
      h(Section, { id: "access", title: "Access" }, h(Access, { status })),
      status.certificates.map((/** @type {any} */ certificate) =>
        h(
          Section,
          {
            id: `certificate-${certificate.sha256.slice(0, 8)}`,
            title: certificate.use === "own" ? "Own certificate" : "Pinned certificate",
            key: certificate.path + certificate.sha256,
          },
          h(Facts, { facts: certificateFacts(certificate) }),
        )
      ),
    ),
    h(
      Section,
      {
        id: "configuration",
        title: "Configuration in use",
        aside: status.config_file,
        key: "file",
      },
      h(
        "pre",
        { id: "configuration-text", tabIndex: 0, role: "region", "aria-label": "Configuration" },
        whole?.config === undefined ? "Loading…" : tomlOf(whole.config),
      ),
    ),
  ];
}

/** @param {{ live: Live }} facts */
function Controls({ live }) {
  const { status } = live;
  const done = () => live.soon(0);
  return h(
    "p",
    { class: "controls" },
    h(
      "button",
      { type: "button", id: "reload", onClick: () => void reload(done) },
      "Reload configuration",
    ),
    h("button", {
      type: "button",
      id: "drain",
      "aria-pressed": status.draining,
      onClick: () => void toggleDrain(status, done),
    }, status.draining ? "Stop draining" : "Drain"),
    h(
      "span",
      null,
      h("label", { for: "log-level" }, "Log level "),
      h("select", {
        id: "log-level",
        value: status.log_level,
        onChange: (/** @type {any} */ event) => void setLogLevel(event.currentTarget.value, done),
      }, LEVELS.map((level) => h("option", { value: level, key: level }, level))),
      h("span", { class: "aside" }, " until the next start"),
    ),
  );
}

/** @param {{ status: any }} facts */
function Access({ status }) {
  const place = storedToken() === null
    ? "none was needed"
    : isByLink()
    ? "from the link, in this tab, for 12 hours or until the daemon restarts"
    : isRemembered()
    ? "in this browser's local storage for this address"
    : "in this tab, until it is closed";
  return [
    h(Facts, {
      facts: [
        ["Role", status.role === "act" ? "act: may change and capture" : "read-only"],
        ["Token", place],
      ],
      key: "facts",
    }),
    storedToken() !== null && h("button", {
      type: "button",
      key: "forget",
      onClick: () => {
        forgetToken();
        location.reload();
      },
    }, "Forget the token"),
  ];
}

/** @param {any} certificate @returns {readonly import("./parts.js").Fact[]} */
function certificateFacts({ path, names, sha256, not_before: first, not_after: last, warning }) {
  return [
    ["File", path],
    ["Names", names ? h(Name, { text: names }) : NONE],
    ["Valid from", h(Time, { time: first })],
    ["Valid until", h(Time, { time: last })],
    ["SHA-256", h("code", { class: "fingerprint" }, sha256)],
    warning !== null && ["Warning", h("span", { class: "wrong" }, warning)],
  ];
}
