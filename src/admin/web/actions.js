// @ts-check
/// <reference lib="dom" />
/** The operator's actions: disconnect, drain, reload. */
import { ask, ProblemError } from "./api.js";
import { confirmed, showResult } from "./dialogs.js";
import { byId, element } from "./dom.js";
import { announce } from "./events.js";
import { peerOf, plural, sessionId } from "./format.js";

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
        element("li", {
          text: `${path}${line === undefined ? "" : `, line ${line}`}: ${message}`,
        })
      )
      : [];
    await showResult(heading, [
      element("p", { text: reason(error) }),
      ...(lines.length > 0 ? [element("ul", {}, lines)] : []),
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
      `${sessionId(session.session_id)}. The customer may dial again immediately.`,
    yes: "Disconnect",
  });
  if (!yes) return;
  await attempt("Session not disconnected", async () => {
    await ask("DELETE", `/api/v1/sessions/${encodeURIComponent(session.session)}`);
    announce(`Session of ${session.customer_mac} disconnected`);
  });
  done();
}

/** @param {() => any} status Returns the latest status. @param {() => void} done */
export function startActions(status, done) {
  byId("drain").addEventListener("click", async () => {
    await toggleDrain(status());
    done();
  });
  byId("reload").addEventListener("click", async () => {
    await attempt("Configuration not reloaded", reload);
    done();
  });
}

/** @param {any} status */
async function toggleDrain(status) {
  if (status === undefined) return;
  const { draining, sessions } = status;
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
    await ask("POST", "/api/v1/drain", { enabled: !draining });
  });
}

async function reload() {
  const { result, applied, needs_restart } = await ask("POST", "/api/v1/reload", {});
  const list = (/** @type {string} */ heading, /** @type {any[]} */ changes) =>
    changes.length === 0
      ? []
      : [element("h3", { text: heading }), element("ul", {}, changes.map(changeLine))];
  await showResult(result === "unchanged" ? "No changes" : "Configuration reloaded", [
    ...(result === "unchanged"
      ? [element("p", { text: "The file and the running configuration are identical." })]
      : []),
    ...list("Applied", applied),
    ...list("Needs a restart", needs_restart),
  ]);
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
  return element("li", {}, [
    element("code", { text: key }),
    element("span", { text: ` ${CHANGES[change] ?? change}` }),
  ]);
}
