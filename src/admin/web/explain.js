// @ts-check
/// <reference lib="dom" />
/** Fixed words of the daemon, each with its explanation, as `pppoe-proxy explain` prints it. */
import { h } from "preact";
import { ask, ProblemError } from "./api.js";
import { element, showResult } from "./dialogs.js";

/**
 * A word that shows its explanation.
 *
 * @param {{ word: string; kind: string }} facts `kind` is that of docs/messages.md, such as "drop reason".
 */
export function Word({ word, kind }) {
  return h("button", {
    type: "button",
    class: "word",
    title: `What "${word}" means`,
    onClick: () => void explain(word, kind),
  }, word);
}

/** @param {string} word @param {string} kind */
async function explain(word, kind) {
  await showResult(word, await explanationOf(word, kind));
}

/** @param {string} word @param {string} kind @returns {Promise<HTMLElement[]>} */
async function explanationOf(word, kind) {
  try {
    const { explanations } = await ask("GET", `messages/${encodeURIComponent(word)}`);
    const found = explanations.filter((/** @type {any} */ each) => each.kind === kind);
    return (found.length > 0 ? found : explanations).flatMap((/** @type {any} */ each) => [
      element("p", ...prose(`${each.meaning}`)),
      element("h3", "What to do"),
      element("p", ...prose(each.action ?? "Nothing.")),
    ]);
  } catch (error) {
    const words = error instanceof ProblemError ? error.message : "The daemon did not answer.";
    return [element("p", words)];
  }
}

/** @param {string} text @returns {(Node | string)[]} With what is in backticks as code. */
function prose(text) {
  return text.split("`").map((part, at) => at % 2 === 1 ? element("code", part) : part);
}
