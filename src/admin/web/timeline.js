// @ts-check
/// <reference lib="dom" />
/** The events of a time as marks below its plot. */
import { h } from "preact";
import { eventText, gravityOf } from "./event_words.js";
import { clock, plural } from "./format.js";

/** Events named at most for one place. */
const NAMED = 3;
/** Part of the span within which an event belongs to a place. */
const NEAR = 0.008;

/** @param {{ id: string; events: readonly any[]; span: import("./span.js").Span }} facts */
export function Timeline({ id, events, span }) {
  const shown = events.filter(({ time }) => placeOf(time, span) >= 0 && placeOf(time, span) <= 1);
  return h(
    "svg",
    {
      class: "timeline",
      id: `${id}-timeline`,
      role: "img",
      "aria-label": `Events: ${plural(shown.length, "mark")}`,
    },
    shown.map((event, at) =>
      h(
        "rect",
        {
          class: gravityOf(event),
          x: `${(placeOf(event.time, span) * 100).toFixed(2)}%`,
          width: 3,
          height: 14,
          key: at,
        },
        h("title", null, `${clock(event.time)} ${eventText(event)}`),
      )
    ),
  );
}

/** @param {string} time ISO 8601 @param {import("./span.js").Span} span @returns {number} From 0 to 1 within the span. */
function placeOf(time, { from, to }) {
  return (Date.parse(time) / 1_000 - from) / (to - from);
}

/** @param {readonly any[]} events @param {number} time Seconds since 1970. @param {import("./span.js").Span} span @returns {string} The events near a time, in words. */
export function wordsNear(events, time, span) {
  const near = (span.to - span.from) * NEAR;
  const found = events.filter((event) => Math.abs(Date.parse(event.time) / 1_000 - time) <= near);
  const words = found.slice(0, NAMED).map(eventText);
  if (found.length > NAMED) words.push(`and ${found.length - NAMED} more`);
  return words.join("; ");
}
