// @ts-check
/** What needs attention now, worst first: what, for how long, what will happen, what to do. */
import { h } from "preact";
import { Word } from "./explain.js";
import { count, plural, since } from "./format.js";
import { Prose } from "./parts.js";
import { addressOf } from "./route.js";

/** Problems that are still to come: how long they have been announced would read as the time left. */
const AHEAD = ["certificate-expiring"];
/** Problems shown in full; a link opens the others. */
const SHOWN = 5;

/**
 * @typedef {{
 *   code: string;
 *   severity: "critical" | "warning";
 *   subject?: string | null;
 *   since?: string | null;
 *   words: string;
 *   remedy?: string | null;
 *   next?: string | null;
 * }} Problem
 */

/**
 * @param {any} status
 * @returns {readonly Problem[]} Worst first, without what a banner says in every view; none if the
 *   daemon does not list them.
 */
export function problemsOf(status) {
  return (status?.problems ?? []).filter((/** @type {Problem} */ { code }) => code !== "draining");
}

/** @param {readonly Problem[]} problems @returns {string} "1 critical, 2 warnings" */
function problemWords(problems) {
  const critical = problems.filter(({ severity }) => severity === "critical").length;
  const rest = problems.length - critical;
  return [
    critical > 0 && `${count(critical)} critical`,
    rest > 0 && plural(rest, "warning"),
  ].filter((words) => words !== false).join(", ");
}

/** @param {{ problems: readonly Problem[]; all: boolean; here: string }} facts `here` is the address that shows all. */
export function Problems({ problems, all, here }) {
  if (problems.length === 0) return null;
  const shown = all ? problems : problems.slice(0, SHOWN);
  return h(
    "section",
    { class: "problems", id: "problems", "aria-labelledby": "problems-heading" },
    h(
      "header",
      null,
      h("h2", { id: "problems-heading" }, "Needs attention"),
      h("p", { class: "aside", role: "status" }, problemWords(problems)),
    ),
    h(
      "ul",
      null,
      shown.map((problem, at) =>
        h(Item, { problem, key: `${problem.code} ${problem.subject} ${at}` })
      ),
    ),
    shown.length < problems.length &&
      h("p", { class: "more" }, h("a", { href: here }, `All ${count(problems.length)} problems`)),
  );
}

/** @param {{ problem: Problem }} facts */
function Item({ problem: { code, severity, since: begun, words, remedy, next } }) {
  return h(
    "li",
    { class: severity },
    h(
      "p",
      { class: "words" },
      h("span", { class: "severity" }, severity),
      h(Prose, { text: words }),
    ),
    next && h("p", { class: "next" }, h(Prose, { text: next })),
    remedy && h("p", { class: "remedy" }, h(Prose, { text: remedy })),
    // Behind the words, a duration would read as part of their last clause.
    h(
      "p",
      { class: "meta" },
      h("span", { class: "code" }, h(Word, { word: code, kind: "problem" })),
      begun && !AHEAD.includes(code) && h("span", { class: "age" }, `for ${since(begun)}`),
    ),
  );
}

/** The link to the problems in the header of every view. @param {{ problems: readonly Problem[] }} facts */
export function ProblemCount({ problems }) {
  if (problems.length === 0) return null;
  const worst = problems.some(({ severity }) => severity === "critical") ? "critical" : "warning";
  return h(
    "a",
    { class: `problem-count ${worst}`, id: "problem-count", href: addressOf("overview") },
    h("span", null, problemWords(problems)),
  );
}
