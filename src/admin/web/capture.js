// @ts-check
/// <reference lib="dom" />
/** Captures frames and saves them as pcapng. The choice is in the address. */
import { h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { openStream, ProblemError } from "./api.js";
import { fileName, save } from "./download.js";
import { bytes, duration } from "./format.js";
import { Section } from "./parts.js";
import { Blocks } from "./pcapng.js";
import { addressOf } from "./route.js";

/** @typedef {import("./route.js").Route} Route @typedef {import("./live.js").Live} Live */

/** Largest capture that the page collects, in bytes; the command has no limit. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAC = "([0-9a-fA-F]{2}[:\\-]){5}[0-9a-fA-F]{2}";

/**
 * The daemon's query for the fields of the form; empty ones are left out.
 *
 * @param {Readonly<Record<string, string>>} fields
 * @param {string} mode
 * @returns {URLSearchParams}
 */
function captureQuery(fields, mode) {
  const { client = "", mac = "", session_id: id = "", side = "", seconds = "", secrets = "" } =
    fields;
  const peer = mode === "client" ? "server" : "client";
  const chosen = { [peer]: client, mac, "session_id": id, side, seconds, secrets };
  return new URLSearchParams(Object.entries(chosen).filter(([, value]) => value !== ""));
}

/** @typedef {{ size: number; begun: number; stop: AbortController }} Running */

/** @param {{ live: Live; route: Route }} facts */
export function Capture({ live, route }) {
  const { status } = live;
  const [running, setRunning] = useState(/** @type {Running | undefined} */ (undefined));
  const [words, setWords] = useState("");
  useEffect(() => () => running?.stop.abort(), [running?.stop]);
  const begin = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const fields = Object.fromEntries(/** @type {any} */ (new FormData(form)).entries());
    location.hash = addressOf("capture", "", fields);
    setWords("");
    setWords(await collect(captureQuery(fields, status.mode), setRunning));
    setRunning(undefined);
  };
  return h(
    Section,
    { id: "capture", title: "Capture" },
    h(
      "p",
      { class: "note" },
      `Saves the frames of sessions on this interface as pcapng, for Wireshark. The page collects at most ${
        bytes(MAX_BYTES)
      }; `,
      h("code", null, "pppoe-proxy capture"),
      " has no such limit.",
    ),
    status.role === "act" ? h(Form, { begin, running, route, mode: status.mode }) : h(
      "p",
      { class: "note" },
      "Read-only access: a capture contains customers' traffic, so it needs the token of admin.token_file or the socket of admin.socket.",
    ),
    h(
      "p",
      { class: "note", role: "status", id: "capture-words" },
      running ? progress(running) : words,
    ),
  );
}

/** @param {Running} running */
function progress({ size, begun }) {
  return `Capturing for ${duration((performance.now() - begun) / 1_000)}: ${
    bytes(size)
  } of at most ${bytes(MAX_BYTES)}. The file is saved when the capture ends.`;
}

/**
 * Collects a capture and saves it.
 *
 * @param {URLSearchParams} query
 * @param {(running: Running) => void} show
 * @returns {Promise<string>} What came of it.
 */
async function collect(query, show) {
  const stop = new AbortController();
  const begun = performance.now();
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  const blocks = new Blocks();
  let size = 0;
  let words = "Saved";
  const tick = setInterval(() => show({ size, begun, stop }), 1_000);
  show({ size, begun, stop });
  try {
    const reader = (await openStream(`capture?${query}`, stop.signal)).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(/** @type {Uint8Array<ArrayBuffer>} */ (value));
      blocks.take(value);
      size += value.length;
      if (size < MAX_BYTES) continue;
      words = `Stopped at ${bytes(MAX_BYTES)}, the most that the page collects. Saved`;
      stop.abort();
      break;
    }
  } catch (error) {
    if (error instanceof ProblemError) return `Not captured: ${error.message}`;
    if (!stop.signal.aborted) words = "The daemon went away during the capture. Saved";
  } finally {
    clearInterval(tick);
  }
  const name = fileName("capture", "pcapng");
  // Where it was stopped, the last block may be cut off.
  save(name, new Blob(parts, { type: "application/x-pcapng" }).slice(0, blocks.whole));
  return `${words} ${bytes(blocks.whole)} as ${name}.`;
}

/**
 * @param {{ begin: (event: SubmitEvent) => void; running: Running | undefined; route: Route; mode: string }} facts
 */
function Form({ begin, running, route, mode }) {
  const { client = "", mac = "", session_id = "", side = "", seconds = "60", secrets = "" } =
    route.query;
  const field = (
    /** @type {string} */ name,
    /** @type {string} */ label,
    /** @type {any} */ facts,
  ) =>
    h(
      "p",
      { key: name },
      h("label", { for: `capture-${name}` }, label),
      h("input", { id: `capture-${name}`, name, autocomplete: "off", spellcheck: false, ...facts }),
    );
  return h(
    "form",
    { class: "form", onSubmit: begin },
    field("client", mode === "client" ? "Server" : "Client", {
      defaultValue: client,
      placeholder: "all",
    }),
    field("mac", "MAC address of a customer or AC", {
      defaultValue: mac,
      placeholder: "all",
      pattern: MAC,
    }),
    field("session_id", "Session id", {
      defaultValue: session_id,
      placeholder: "all",
      inputMode: "numeric",
      pattern: "[0-9]{1,5}",
    }),
    h(
      "p",
      { key: "side" },
      h("label", { for: "capture-side" }, "Side"),
      h(
        "select",
        { id: "capture-side", name: "side", defaultValue: side },
        [["", "both"], ["customer", "customer"], ["ac", "AC"]].map(([value, text]) =>
          h("option", { value, key: value, selected: value === side }, text)
        ),
      ),
    ),
    field("seconds", "Seconds", {
      defaultValue: seconds,
      type: "number",
      min: 1,
      max: 86_400,
      required: true,
    }),
    h(
      "p",
      { class: "check", key: "secrets" },
      h("input", {
        type: "checkbox",
        id: "capture-secrets",
        name: "secrets",
        value: "true",
        defaultChecked: secrets === "true",
      }),
      h(
        "label",
        { for: "capture-secrets" },
        "Keep passwords of PAP, CHAP and EAP; the daemon's log notes it",
      ),
    ),
    h(
      "p",
      { class: "controls", key: "buttons" },
      h("button", { type: "submit", class: "primary", disabled: running !== undefined }, "Start"),
      h("button", {
        type: "button",
        disabled: running === undefined,
        onClick: () => running?.stop.abort(),
      }, "Stop and save"),
    ),
  );
}
