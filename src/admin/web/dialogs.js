// @ts-check
/// <reference lib="dom" />
/** Questions and answers above the page. */
import { byId } from "./dom.js";

/**
 * Shows a dialog until it is closed.
 *
 * @param {HTMLDialogElement} dialog
 * @returns {Promise<string>} The value of the button; "" for the escape key.
 */
function shown(dialog) {
  return new Promise((resolve) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
    dialog.showModal();
  });
}

/**
 * Asks before something is done.
 *
 * @param {{ heading: string; text: string; yes: string; danger?: boolean }} question
 * @returns {Promise<boolean>}
 */
export async function confirmed({ heading, text, yes, danger = true }) {
  byId("confirm-heading").textContent = heading;
  byId("confirm-text").textContent = text;
  const button = byId("confirm-yes");
  button.textContent = yes;
  button.className = danger ? "danger" : "primary";
  return await shown(byId("confirm")) === "yes";
}

/**
 * Shows what came of something.
 *
 * @param {string} heading
 * @param {readonly Node[]} body
 */
export async function showResult(heading, body) {
  byId("result-heading").textContent = heading;
  byId("result-body").replaceChildren(...body);
  await shown(byId("result"));
}

/** @type {Promise<string> | undefined} */
let asking;

/**
 * Asks for the token, once for all that wait for it.
 *
 * @param {boolean} wrong Whether the last one was not accepted.
 * @returns {Promise<string>}
 */
export function askToken(wrong) {
  asking ??= ask(wrong).finally(() => asking = undefined);
  return asking;
}

/** @param {boolean} wrong @returns {Promise<string>} */
async function ask(wrong) {
  /** @type {HTMLInputElement} */
  const field = byId("token-value");
  byId("token-wrong").hidden = !wrong;
  for (;;) {
    field.value = "";
    await shown(byId("token"));
    const token = field.value.trim();
    field.value = "";
    if (token !== "") return token;
  }
}
