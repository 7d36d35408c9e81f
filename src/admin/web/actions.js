// @ts-check
/// <reference lib="dom" />
/** What an operator can do here: disconnect, drain, reload. */
import { ask, ProblemError } from "./api.js";
import { confirmed, showResult } from "./dialogs.js";
import { byId, element } from "./dom.js";
import { announce } from "./events.js";
import { plural, sessionId } from "./format.js";

/**
 * Does something, and shows why it could not be done.
 *
 * @param {string} heading of the failure
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
  return "The daemon did not answer. Whether it has done this is not known.";
}

/** @param {any} session @param {() => void} done */
export async function disconnect(session, done) {
  const yes = await confirmed({
    heading: "Disconnect this session?",
    text:
      `The customer ${session.customer_mac} of "${session.client}" and the access concentrator ` +
      `${session.ac_name ?? session.ac_mac} both get a PADT for session ` +
      `${sessionId(session.session_id)}. The customer may dial again at once.`,
    yes: "Disconnect",
  });
  if (!yes) return;
  await attempt("The session was not disconnected", async () => {
    await ask("DELETE", `/api/v1/sessions/${encodeURIComponent(session.id)}`);
    announce(`Session of ${session.customer_mac} disconnected`);
  });
  done();
}

/** @param {() => any} status The latest. @param {() => void} done */
export function startActions(status, done) {
  byId("drain").addEventListener("click", async () => {
    await toggleDrain(status());
    done();
  });
  byId("reload").addEventListener("click", async () => {
    await attempt("The configuration was not reloaded", reload);
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
        heading: "End the drain?",
        text: "Customers can dial again.",
        yes: "Take new sessions",
        danger: false,
      }
      : {
        heading: "Drain this daemon?",
        text:
          `${open} go on. New ones are refused until the drain is ended or the daemon restarts.`,
        yes: "Refuse new sessions",
      },
  );
  if (!yes) return;
  await attempt(draining ? "The drain was not ended" : "The daemon does not drain", async () => {
    await ask("POST", "/api/v1/drain", { enabled: !draining });
  });
}

async function reload() {
  const { result, applied, needs_restart } = await ask("POST", "/api/v1/reload", {});
  const list = (/** @type {string} */ heading, /** @type {any[]} */ changes) =>
    changes.length === 0
      ? []
      : [element("h3", { text: heading }), element("ul", {}, changes.map(changeLine))];
  await showResult(result === "unchanged" ? "Nothing has changed" : "Configuration reloaded", [
    ...(result === "unchanged"
      ? [element("p", { text: "The file says what is in use already." })]
      : []),
    ...list("Applied", applied),
    ...list("In force after a restart", needs_restart),
  ]);
}

/** What has become of a setting. @type {Record<string, string>} */
const CHANGES = {
  added: "added",
  removed: "removed",
  changed: "",
  content: "its file has changed",
};

/** @param {{ key: string; change: string }} change @returns {HTMLElement} */
function changeLine({ key, change }) {
  return element("li", {}, [
    element("code", { text: key }),
    element("span", { text: ` ${CHANGES[change] ?? change}` }),
  ]);
}
