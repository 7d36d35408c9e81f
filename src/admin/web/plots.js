// @ts-check
/// <reference lib="dom" />
/** Plots of recent traffic, drawn by uPlot. */
import { h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { bitRate, frameRate } from "./format.js";
import { Section } from "./parts.js";

/** Minimum and maximum time span shown, in seconds. */
const SPANS = [120, 600];
const HEIGHT = 156;

/**
 * What a plot is about: a client, a server, a session, or everything.
 *
 * @typedef {{ client?: string; server?: string; session?: string }} Subject
 */

/**
 * The traffic of a subject over time.
 *
 * @param {{ id: string; subject: Subject; samples: import("./series.js").Samples }} facts
 */
export function Traffic({ id, samples }) {
  const legend = h(
    "p",
    { class: "legend" },
    h("span", { class: "up" }, "customer to AC"),
    h("span", { class: "down" }, "AC to customer"),
  );
  const of = (
    /** @type {"bytes" | "frames"} */ what,
    /** @type {number} */ factor,
  ) => /** @type {Data} */ ([
    samples.times,
    samples.rates.map((rate) => rate && rate[`${what}_up`] * factor),
    samples.rates.map((rate) => rate && rate[`${what}_down`] * factor),
  ]);
  return h(
    Section,
    { id, title: "Traffic", tools: legend, aside: "since you opened this page, up to 10 minutes" },
    h(
      "div",
      { class: "plots" },
      h(Figure, {
        id: `${id}-bits`,
        label: "Bits per second",
        unit: "bits/s",
        data: of("bytes", 8),
        format: bitRate,
      }),
      h(Figure, {
        id: `${id}-frames`,
        label: "Frames per second",
        unit: "frames/s",
        data: of("frames", 1),
        format: frameRate,
      }),
    ),
  );
}

/** Times, and values of both directions. @typedef {[number[], (number | null)[], (number | null)[]]} Data */

/**
 * @param {{ id: string; label: string; unit: string; data: Data; format: (rate: number | null) => string }} facts
 */
function Figure({ id, label, unit, data, format }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const plot = useRef(/** @type {Plot | undefined} */ (undefined));
  useEffect(() => {
    const made = new Plot(/** @type {HTMLDivElement} */ (place.current), format);
    plot.current = made;
    return () => made.remove();
  }, []);
  const [, up, down] = data;
  const words = `${format(up.at(-1) ?? null)} up, ${format(down.at(-1) ?? null)} down`;
  useEffect(() => plot.current?.show(data));
  return h(
    "figure",
    null,
    h("figcaption", null, unit, " ", h("output", { id: `${id}-now` }, words)),
    h("div", {
      id,
      class: "plot",
      role: "img",
      "aria-label": `${label}: now ${words}`,
      ref: place,
    }),
  );
}

/** Plots that are shown, to redraw them when the colours change. @type {Set<Plot>} */
const shown = new Set();

/** Redraws all plots with the current colours. */
export function redrawPlots() {
  for (const plot of shown) plot.draw();
}

/** A plot of both directions, customer to AC and back. */
class Plot {
  /** @type {Data} */
  #data = [[], [], []];
  /** @type {any} */
  #plot;
  #place;
  #format;
  #observer;

  /** @param {HTMLElement} place @param {(rate: number | null) => string} format */
  constructor(place, format) {
    this.#place = place;
    this.#format = format;
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe(place);
    shown.add(this);
  }

  /** @param {Data} data */
  show(data) {
    this.#data = data;
    this.#plot?.setData(data);
  }

  draw() {
    const width = this.#place.clientWidth;
    if (width === 0) return;
    this.#plot?.destroy();
    const { uPlot } = /** @type {any} */ (globalThis);
    this.#plot = new uPlot(options(this.#place, width, this.#format), this.#data, this.#place);
  }

  remove() {
    this.#observer.disconnect();
    this.#plot?.destroy();
    shown.delete(this);
  }

  #resize() {
    if (this.#plot === undefined) return this.draw();
    this.#plot.setSize({ width: this.#place.clientWidth, height: HEIGHT });
  }
}

/** @param {HTMLElement} place @param {number} width @param {(rate: number | null) => string} format */
function options(place, width, format) {
  const color = (/** @type {string} */ name) => colorOf(place, name);
  const grid = { stroke: color("--rule"), width: 1 };
  const axis = {
    stroke: color("--soft"),
    grid,
    ticks: { show: false },
    font: "11px Inter, system-ui, sans-serif",
  };
  const values = (/** @type {unknown} */ _, /** @type {number[]} */ ticks) =>
    ticks.map((tick) => tick === 0 ? "0" : tickText(format(tick)));
  const line = (/** @type {string} */ name) => ({
    stroke: color(name),
    fill: color(`${name}-area`),
    width: 1.5,
    points: { show: false },
  });
  return {
    width,
    height: HEIGHT,
    padding: [8, 16, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    scales: {
      x: { range: shownTime },
      y: {
        range: (
          /** @type {unknown} */ _,
          /** @type {number} */ _low,
          /** @type {number} */ high,
        ) => [0, Math.max(high * 1.1, 10)],
      },
    },
    axes: [
      { ...axis, size: 24, space: 70, values: clockTicks },
      { ...axis, size: 48, space: 34, values },
    ],
    series: [{}, line("--up"), line("--down")],
  };
}

/**
 * Returns the time range shown: from the first sample to the last, within the spans.
 *
 * @param {unknown} _
 * @param {number | null} first
 * @param {number | null} last
 * @returns {[number, number]}
 */
function shownTime(_, first, last) {
  const end = last ?? Date.now() / 1_000;
  const span = Math.min(Math.max(end - (first ?? end), SPANS[0]), SPANS[1]);
  return [end - span, end];
}

/** @param {string} rate @returns {string} The number without unit and without trailing zeros. */
function tickText(rate) {
  const [number, prefix] = rate.replace(/(bit)?\/s$/, "").split(" ");
  return `${Number(number)} ${prefix ?? ""}`.trim();
}

/** @param {unknown} _ @param {number[]} ticks @returns {string[]} */
function clockTicks(_, ticks) {
  return ticks.map((tick) =>
    new Date(tick * 1_000).toLocaleTimeString("en-GB").slice(0, tick % 60 === 0 ? 5 : 8)
  );
}

/** @param {HTMLElement} probe @param {string} name A property of the style sheet. @returns {string} A colour for a canvas. */
function colorOf(probe, name) {
  probe.style.backgroundColor = `var(${name})`;
  const { backgroundColor } = getComputedStyle(probe);
  probe.style.backgroundColor = "";
  return backgroundColor;
}
