// @ts-check
/// <reference lib="dom" />
/** Traffic over time, with the events of that time. */
import { h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { replaceAddress } from "./filters.js";
import { bitRate, clock, frameRate } from "./format.js";
import { joinSamples, useHistory } from "./history.js";
import { Section } from "./parts.js";
import { Plot } from "./plot.js";
import { addressOf, parseRoute } from "./route.js";
import { isoOf, moved, RANGES, spanOf, spanQuery, zoomed } from "./span.js";
import { Timeline, wordsNear } from "./timeline.js";

/** @typedef {import("./route.js").Route} Route @typedef {import("./span.js").Span} Span */
/** Times, and values of both directions. @typedef {[number[], (number | null)[], (number | null)[]]} Data */

const HINT = globalThis.matchMedia?.("(hover: none)").matches
  ? "Slide a finger along the plot to read it."
  : "Drag over the plot to zoom; after a click into it the wheel and + − ← → zoom and move, Esc resets.";

/**
 * The traffic of a subject over time: a client, a server, a session, or everything.
 *
 * @param {{ id: string; subject: Readonly<Record<string, string>>; samples: import("./series.js").Samples; route: Route }} facts
 */
export function Traffic({ id, subject, samples, route }) {
  const span = spanOf(route.query, Date.now() / 1_000);
  const past = useHistory(subject, span);
  const isLive = !span.isFixed && (route.query.range ?? "") === "";
  const joined = isLive ? joinSamples(past, samples) : past.samples;
  const bits = dataOf(joined, "bytes", 8);
  const frames = dataOf(joined, "frames", 1);
  const now = samples.rates.at(-1) ?? null;
  const readout = useRef(/** @type {HTMLElement | null} */ (null));
  const hover = (/** @type {number | null | undefined} */ at) => {
    if (readout.current === null) return;
    readout.current.textContent = at === null || at === undefined
      ? HINT
      : wordsAt(at, bits, frames, past.events, span);
  };
  const shared = { span, hover, group: id };
  return h(
    Section,
    {
      id,
      title: "Traffic",
      tools: h(Tools, { route, span, isSession: "session" in subject }),
      aside: spanWords(span),
    },
    h(
      "div",
      { class: "plots" },
      h(Figure, {
        id: `${id}-bits`,
        label: "Bits per second",
        unit: "bits/s",
        data: bits,
        now: [now && now.bytes_up * 8, now && now.bytes_down * 8],
        format: bitRate,
        height: 200,
        ...shared,
      }),
      h(Timeline, { id, events: past.events, span }),
      h(Figure, {
        id: `${id}-frames`,
        label: "Frames per second",
        unit: "frames/s",
        data: frames,
        now: [now && now.frames_up, now && now.frames_down],
        format: frameRate,
        height: 110,
        ...shared,
      }),
    ),
    h("p", {
      class: "readout",
      id: `${id}-readout`,
      ref: (/** @type {any} */ place) => {
        readout.current = place;
        if (place !== null && place.textContent === "") place.textContent = HINT;
      },
    }),
  );
}

/** @param {import("./series.js").Samples} samples @param {"bytes" | "frames"} what @param {number} factor @returns {Data} */
function dataOf({ times, rates }, what, factor) {
  return [
    times,
    rates.map((rate) => rate && rate[`${what}_up`] * factor),
    rates.map((rate) => rate && rate[`${what}_down`] * factor),
  ];
}

/** @param {number} at @param {Data} bits @param {Data} frames @param {readonly any[]} events @param {Span} span */
function wordsAt(at, bits, frames, events, span) {
  const time = bits[0][at];
  if (time === undefined) return HINT;
  const [up, down] = [bits[1][at] ?? null, bits[2][at] ?? null];
  const rates = up === null
    ? "nothing known"
    : `${bitRate(up)} up, ${bitRate(down)} down; frames ${frameRate(frames[1][at] ?? null)} up, ${
      frameRate(frames[2][at] ?? null)
    } down`;
  const words = wordsNear(events, time, span);
  return `${clock(isoOf(time))}: ${rates}${words === "" ? "" : `. ${words}`}`;
}

/** @param {Span} span */
function spanWords({ from, to, isFixed }) {
  return isFixed ? `${clock(isoOf(from))} to ${clock(isoOf(to))}` : `since ${clock(isoOf(from))}`;
}

/** The address of this view with another time. @param {Route} route @param {Readonly<Record<string, string | undefined>>} time */
function addressWith({ view, id, query }, time) {
  const none = { range: undefined, from: undefined, to: undefined };
  return addressOf(view, id, { ...query, ...none, ...time });
}

/** @param {{ route: Route; span: Span; isSession: boolean }} facts Sessions are remembered for an hour. */
function Tools({ route, span, isSession }) {
  const current = span.isFixed ? undefined : route.query.range ?? "";
  const ranges = RANGES.filter(([, , length]) => !isSession || length <= 3_600);
  return [
    h(
      "p",
      { class: "legend", key: "legend" },
      h("span", { class: "up" }, "customer to AC"),
      h("span", { class: "down" }, "AC to customer"),
    ),
    h(
      "p",
      { class: "ranges", role: "group", "aria-label": "Time shown", key: "ranges" },
      ranges.map(([name, words]) =>
        h("a", {
          href: addressWith(route, { range: name }),
          "aria-current": name === current ? "true" : undefined,
          key: name,
        }, words)
      ),
      span.isFixed &&
        h("a", { href: addressWith(route, {}), class: "reset", key: "reset" }, "Reset zoom"),
    ),
  ];
}

/**
 * @param {{ id: string; label: string; unit: string; data: Data; now: readonly (number | null)[]; format: (rate: number | null) => string; height: number; span: Span; hover: (at: number | null | undefined) => void; group: string }} facts
 */
function Figure({ id, label, unit, data, now, format, height, span, hover, group }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const plot = useRef(/** @type {Plot | undefined} */ (undefined));
  const latest = useRef({ hover });
  latest.current = { hover };
  useEffect(() => {
    const made = new Plot(/** @type {HTMLDivElement} */ (place.current), {
      ...{ format, height, group },
      hovered: (at) => latest.current.hover(at),
      wanted: goTo,
    });
    plot.current = made;
    return () => made.remove();
  }, []);
  useEffect(() => plot.current?.show(data, [span.from, span.to]));
  const words = `${format(now[0])} up, ${format(now[1])} down`;
  return h(
    "figure",
    null,
    h("figcaption", null, unit, " ", h("output", { id: `${id}-now` }, `now ${words}`)),
    h("div", {
      id,
      class: height > 150 ? "plot big" : "plot",
      role: "img",
      tabIndex: 0,
      "aria-label": `${label}: now ${words}. Keys: plus, minus, arrows, Escape`,
      ref: place,
    }),
  );
}

/** Shows another time; one step of many leaves no entry in the browser's history. @param {import("./plot.js").Wish} wish */
function goTo(wish) {
  const now = Date.now() / 1_000;
  const route = parseRoute(location.hash); // what is drawn may be a step behind
  const span = spanOf(route.query, now);
  switch (wish.kind) {
    case "reset":
      location.hash = addressWith(route, {});
      return;
    case "range": {
      const chosen = zoomed({ from: wish.from, to: wish.to, isFixed: true }, wish.from, 1, now);
      location.hash = addressWith(route, spanQuery(chosen));
      return;
    }
    case "zoom": {
      const at = wish.at ?? (span.from + span.to) / 2;
      return replaceAddress(addressWith(route, spanQuery(zoomed(span, at, wish.factor, now))));
    }
    case "move":
      return replaceAddress(addressWith(route, spanQuery(moved(span, wish.part, now))));
  }
}
