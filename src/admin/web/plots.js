// @ts-check
/// <reference lib="dom" />
/** Plots of recent traffic, drawn by uPlot. */
import { byId, setText } from "./dom.js";
import { bitRate, frameRate } from "./format.js";

/** Number of samples kept: ten minutes, one every two seconds. */
const SAMPLES = 300;
/** Minimum and maximum time span shown, in seconds. */
const SPANS = [120, 600];
const HEIGHT = 156;

/** A plot of both directions, customer to AC and back. */
class Plot {
  /** @type {[number[], (number | null)[], (number | null)[]]} */
  #data = [[], [], []];
  /** @type {any} */
  #plot;
  #place;
  #output;
  #label;
  #format;

  /** @param {string} name @param {string} label @param {(rate: number | null) => string} format */
  constructor(name, label, format) {
    this.#place = byId(`${name}-plot`);
    this.#output = byId(`${name}-now`);
    this.#label = label;
    this.#format = format;
    new ResizeObserver(() => this.#resize()).observe(this.#place);
  }

  /** @param {number} time Seconds since 1970. @param {number | null} up @param {number | null} down */
  add(time, up, down) {
    for (const [index, value] of [time, up, down].entries()) {
      const series = /** @type {(number | null)[]} */ (this.#data[index]);
      series.push(value);
      if (series.length > SAMPLES) series.shift();
    }
    const words = `${this.#format(up)} up, ${this.#format(down)} down`;
    setText(this.#output, words);
    this.#place.setAttribute("aria-label", `${this.#label}: now ${words}`);
    this.#plot?.setData(this.#data);
  }

  /** Redraws with the current colours. */
  draw() {
    const width = this.#place.clientWidth;
    if (width === 0) return;
    this.#plot?.destroy();
    const { uPlot } = /** @type {any} */ (globalThis);
    this.#plot = new uPlot(options(width, this.#format), this.#data, this.#place);
  }

  #resize() {
    if (this.#plot === undefined) return this.draw();
    this.#plot.setSize({ width: this.#place.clientWidth, height: HEIGHT });
  }
}

/** @param {number} width @param {(rate: number | null) => string} format */
function options(width, format) {
  const ink = color("--soft");
  const grid = { stroke: color("--rule"), width: 1 };
  const axis = {
    stroke: ink,
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

/** @param {string} name A property of the style sheet. @returns {string} A colour for a canvas. */
function color(name) {
  const probe = byId("traffic-heading");
  probe.style.backgroundColor = `var(${name})`;
  const { backgroundColor } = getComputedStyle(probe);
  probe.style.backgroundColor = "";
  return backgroundColor;
}

/** Both plots of the page. */
export class Plots {
  #bits = new Plot("bits", "Bits per second", bitRate);
  #frames = new Plot("frames", "Frames per second", frameRate);

  /** @param {number} time Seconds since 1970. @param {import("./rates.js").Rate} rate Null leaves a gap. */
  add(time, rate) {
    this.#bits.add(time, rate && rate.bytes_up * 8, rate && rate.bytes_down * 8);
    this.#frames.add(time, rate && rate.frames_up, rate && rate.frames_down);
  }

  draw() {
    this.#bits.draw();
    this.#frames.draw();
  }
}
