// @ts-check
/// <reference lib="dom" />
/** Modal dialogs. */
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
 * Asks for confirmation.
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
 * Shows the result of an action.
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
 * Prompts for the token, once for all waiting requests.
 *
 * @param {boolean} wrong Whether the previous token was rejected.
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
