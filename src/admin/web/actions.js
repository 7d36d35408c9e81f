// @ts-check
/// <reference lib="dom" />
/** What the operator does: disconnect, drain, reload, log level, downloads. */
import { announce } from "./announce.js";
import { ask, askAll, ProblemError } from "./api.js";
import { csvOf } from "./csv.js";
import { confirmed, element, showResult } from "./dialogs.js";
import { fileName, saveCsv } from "./download.js";
import { peerOf, plural } from "./format.js";
import { rowsOf } from "./live.js";

/**
 * Runs an action and shows the reason if it fails.
 *
 * @param {string} heading of the failure dialog
 * @param {() => Promise<void>} act
 */
async function attempt(heading, act) {
  try {
    await act();
  } catch (error) {
    const lines = error instanceof ProblemError
      ? error.errors.map(({ path, line, message }) =>
        element("li", `${path}${line === undefined ? "" : `, line ${line}`}: ${message}`)
      )
      : [];
    await showResult(heading, [
      element("p", reason(error)),
      ...(lines.length > 0 ? [element("ul", ...lines)] : []),
    ]);
  }
}

/** @param {unknown} error @returns {string} */
function reason(error) {
  if (error instanceof ProblemError) return error.message;
  return "The daemon did not answer, so the action may or may not have been carried out.";
}

/** @param {any} session @param {() => void} done */
export async function disconnect(session, done) {
  const yes = await confirmed({
    heading: "Disconnect this session?",
    text:
      `The customer ${session.customer_mac} of "${peerOf(session)}" and the access concentrator ` +
      `${session.ac_name ?? session.ac_mac} both receive a PADT for session id ` +
      `${session.session_id}. The customer may dial again immediately.`,
    yes: "Disconnect",
  });
  if (!yes) return;
  await attempt("Session not disconnected", async () => {
    await ask("DELETE", `sessions/${encodeURIComponent(session.session)}`);
    announce(`Session of ${session.customer_mac} disconnected`);
  });
  done();
}

/** @param {any} status @param {() => void} done */
export async function toggleDrain({ draining, sessions }, done) {
  const open = plural(sessions.open + sessions.held, "session");
  const yes = await confirmed(
    draining
      ? {
        heading: "Stop draining?",
        text: "The daemon accepts new sessions again.",
        yes: "Accept new sessions",
        danger: false,
      }
      : {
        heading: "Drain this daemon?",
        text:
          `${open} stay open. New sessions are refused until you stop draining or the daemon restarts.`,
        yes: "Refuse new sessions",
      },
  );
  if (!yes) return;
  await attempt(draining ? "Still draining" : "Not draining", async () => {
    await ask("POST", "drain", { enabled: !draining });
  });
  done();
}

/** @param {string} level @param {() => void} done */
export async function setLogLevel(level, done) {
  await attempt("Log level not changed", async () => {
    await ask("PATCH", "log-level", { level });
    announce(`Log level ${level}`);
  });
  done();
}

/** Reloads the configuration and shows what changed. @param {() => void} done */
export async function reload(done) {
  await attempt("Configuration not reloaded", async () => {
    const { result, applied, needs_restart } = await ask("POST", "reload", {});
    const list = (/** @type {string} */ heading, /** @type {any[]} */ changes) =>
      changes.length === 0
        ? []
        : [element("h3", heading), element("ul", ...changes.map(changeLine))];
    await showResult(result === "unchanged" ? "No changes" : "Configuration reloaded", [
      ...(result === "unchanged"
        ? [element("p", "The file and the running configuration are identical.")]
        : []),
      ...list("Applied", applied),
      ...list("Needs a restart", needs_restart),
    ]);
  });
  done();
}

/** How a setting changed. @type {Record<string, string>} */
const CHANGES = {
  added: "added",
  removed: "removed",
  changed: "",
  content: "file content changed",
};

/** @param {{ key: string; change: string }} change @returns {HTMLElement} */
function changeLine({ key, change }) {
  return element("li", element("code", key), ` ${CHANGES[change] ?? change}`);
}

const TRAFFIC = ["frames_up", "frames_down", "bytes_up", "bytes_down"];
const SESSION_KEYS = [
  "session",
  "client",
  "customer_mac",
  "state",
  "session_id",
  "wire_session_id",
];
const PAST_KEYS = ["client", "customer_mac", "reason", "session_id"];
const AC_KEYS = ["ac_mac", "ac_name", "service_name", "opened_at"];
const CLIENT_KEYS = ["client", "up", "address", "since", "down_since", "down_reason", "transport"];

/**
 * Saves all sessions that match, not only those of the page.
 *
 * @param {Readonly<Record<string, string>>} query
 * @param {boolean} past
 */
export async function downloadSessions(query, past) {
  const keys = past
    ? [...PAST_KEYS, ...AC_KEYS, "closed_at", ...TRAFFIC]
    : [...SESSION_KEYS, ...AC_KEYS, "ac_rtt_seconds", "idle_seconds", ...TRAFFIC];
  await download("sessions", query, keys);
}

/** @param {Readonly<Record<string, string>>} query */
export async function downloadClients(query) {
  const keys = [
    ...CLIENT_KEYS,
    "rtt_seconds",
    "sessions",
    "session_limit",
    ...TRAFFIC,
    "queue_bytes",
  ];
  await download("clients", query, keys);
}

/**
 * @param {string} path
 * @param {Readonly<Record<string, string>>} query
 * @param {readonly string[]} keys On a client, the column of clients has its servers.
 */
async function download(path, query, keys) {
  await attempt("Nothing downloaded", async () => {
    const rows = await askAll(path, query, rowsOf);
    const isClient = rows.some((row) => row.server !== undefined);
    const named = keys.map((key) => isClient && key === "client" ? "server" : key);
    saveCsv(fileName(path, "csv"), csvOf(named, rows));
    announce(`${plural(rows.length, "row")} downloaded`);
  });
}
