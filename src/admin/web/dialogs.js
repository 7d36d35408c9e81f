// @ts-check
/// <reference lib="dom" />
/** Modal dialogs. Text reaches them through `textContent` only. */

/**
 * Returns the element with this id.
 *
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new ReferenceError(`Cannot find element "${id}" in the page`);
  return /** @type {T} */ (element);
}

/**
 * Creates an element for a dialog.
 *
 * @param {string} tag
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function element(tag, ...children) {
  const made = document.createElement(tag);
  made.append(...children);
  return made;
}

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

/** @typedef {{ token: string; remembered: boolean }} Given */
/** What the daemon refused: a token, one that a link gave, or nothing yet. @typedef {"none" | "token" | "link"} Refusal */

/** Why a token that nobody typed is refused. */
const LINK_ENDED = "The access by link has ended: it lasts 12 hours, or until the daemon restarts.";

/** @type {Promise<Given> | undefined} */
let asking;

/**
 * Prompts for the token, once for all waiting requests.
 *
 * @param {Refusal} refusal
 * @returns {Promise<Given>}
 */
export function askToken(refusal) {
  asking ??= prompted(refusal).finally(() => asking = undefined);
  return asking;
}

/** Shows in the token dialog why a link did not work. @param {string} words */
export function noteInTokenDialog(words) {
  const note = byId("token-note");
  note.textContent = words;
  note.hidden = false;
}

/** @param {Refusal} refusal @returns {Promise<Given>} */
async function prompted(refusal) {
  /** @type {HTMLInputElement} */
  const field = byId("token-value");
  /** @type {HTMLInputElement} */
  const remember = byId("token-remember");
  byId("token-wrong").hidden = refusal !== "token";
  if (refusal === "link") noteInTokenDialog(LINK_ENDED);
  for (;;) {
    field.value = "";
    await shown(byId("token"));
    const token = field.value.trim();
    field.value = "";
    if (token === "") continue;
    byId("token-note").hidden = true;
    return { token, remembered: remember.checked };
  }
}
