// @ts-check
/// <reference lib="dom" />
/** One plot of both directions, drawn by uPlot, with hover, drag, wheel and keys. */

/**
 * Another time that is wanted, in seconds since 1970; `at` is what a zoom keeps in its place.
 *
 * @typedef {{ kind: "range"; from: number; to: number } | { kind: "zoom"; factor: number; at?: number } | { kind: "move"; part: number } | { kind: "reset" }} Wish
 */
/** @typedef {[number[], (number | null)[], (number | null)[]]} Data */
/**
 * @typedef {{ format: (rate: number | null) => string; height: number; group: string; hovered: (at: number | null | undefined) => void; wanted: (wish: Wish) => void }} Options
 */

/** A shorter drag is a click, in pixels. */
const LEAST_DRAG = 6;
/** @type {Readonly<Record<string, Wish>>} */
const KEYS = {
  "+": { kind: "zoom", factor: 0.5 },
  "=": { kind: "zoom", factor: 0.5 },
  "-": { kind: "zoom", factor: 2 },
  "ArrowLeft": { kind: "move", part: -0.25 },
  "ArrowRight": { kind: "move", part: 0.25 },
  "Escape": { kind: "reset" },
  "0": { kind: "reset" },
};

/** Steps between marks of the axis of values: whole numbers, for a quarter of a frame is none. */
const STEPS = Array.from({ length: 15 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power))
  .flat();

/** Plots that are shown, to redraw them when the colours change. @type {Set<Plot>} */
const shown = new Set();

/** Redraws all plots with the current colours. */
export function redrawPlots() {
  for (const plot of shown) plot.draw();
}

/** A plot in a place of the page. */
export class Plot {
  /** @type {Data} */
  #data = [[], [], []];
  /** @type {[number, number]} */
  #range = [0, 1];
  /** @type {any} */
  #plot;
  #place;
  #options;
  #observer;
  #listening = new AbortController();

  /** @param {HTMLElement} place @param {Options} options */
  constructor(place, options) {
    this.#place = place;
    this.#options = options;
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe(place);
    const { signal } = this.#listening;
    place.addEventListener("keydown", (event) => this.#key(event), { signal });
    place.addEventListener("wheel", (event) => this.#wheel(event), { signal, passive: false });
    place.addEventListener("pointermove", (event) => this.#touch(event), { signal });
    shown.add(this);
  }

  /** @param {Data} data @param {[number, number]} range */
  show(data, range) {
    this.#data = data;
    this.#range = range;
    this.#plot?.setData(data);
  }

  draw() {
    const width = this.#place.clientWidth;
    if (width === 0) return;
    this.#plot?.destroy();
    const { uPlot } = /** @type {any} */ (globalThis);
    this.#plot = new uPlot(this.#settings(width), this.#data, this.#place);
  }

  remove() {
    this.#listening.abort();
    this.#observer.disconnect();
    this.#plot?.destroy();
    shown.delete(this);
  }

  #resize() {
    if (this.#plot === undefined) return this.draw();
    this.#plot.setSize({ width: this.#place.clientWidth, height: this.#options.height });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const wish = KEYS[event.key];
    if (wish === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#options.wanted(wish);
  }

  /** Zooms only with the focus, or the page could not be scrolled. @param {WheelEvent} event */
  #wheel(event) {
    if (document.activeElement !== this.#place || this.#plot === undefined) return;
    event.preventDefault();
    const { left } = this.#plot.over.getBoundingClientRect();
    const at = this.#plot.posToVal(event.clientX - left, "x");
    this.#options.wanted({ kind: "zoom", factor: event.deltaY > 0 ? 1.25 : 0.8, at });
  }

  /** A finger reads the plot: uPlot follows only the mouse. @param {PointerEvent} event */
  #touch({ pointerType, clientX }) {
    if (pointerType !== "touch" || this.#plot === undefined) return;
    const { left } = this.#plot.over.getBoundingClientRect();
    this.#plot.setCursor({ left: clientX - left, top: 0 });
  }

  /** @param {any} plot */
  #selected(plot) {
    const { left, width } = plot.select;
    if (width === 0) return;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (width < LEAST_DRAG) return;
    const [from, to] = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
    this.#options.wanted({ kind: "range", from, to });
  }

  /** @param {number} width */
  #settings(width) {
    const { format, height, group, hovered } = this.#options;
    const color = (/** @type {string} */ name) => colorOf(this.#place, name);
    return {
      ...{ width, height, padding: [8, 16, 0, 0], legend: { show: false } },
      cursor: { drag: { x: true, y: false, setScale: false }, sync: { key: group }, y: false },
      hooks: {
        setCursor: [(/** @type {any} */ plot) => hovered(plot.cursor.idx)],
        setSelect: [(/** @type {any} */ plot) => this.#selected(plot)],
      },
      scales: { x: { range: () => this.#range }, y: { range: fromZero } },
      axes: axesOf(color, format),
      series: [{}, lineOf(color, "--up"), lineOf(color, "--down")],
    };
  }
}

/** @param {(name: string) => string} color @param {string} name */
function lineOf(color, name) {
  return { stroke: color(name), fill: color(`${name}-area`), width: 1.5, points: { show: false } };
}

/** @param {(name: string) => string} color @param {(rate: number | null) => string} format */
function axesOf(color, format) {
  const axis = {
    stroke: color("--soft"),
    grid: { stroke: color("--rule"), width: 1 },
    ticks: { show: false },
    font: "11px Inter, system-ui, sans-serif",
  };
  const values = (/** @type {unknown} */ _, /** @type {number[]} */ ticks) =>
    ticks.map((tick) => tick === 0 ? "0" : tickText(format(tick)));
  return [
    { ...axis, size: 24, space: 70, values: clockTicks },
    { ...axis, size: 48, space: 34, values, incrs: STEPS },
  ];
}

/** @param {unknown} _ @param {number} _low @param {number} high @returns {[number, number]} */
function fromZero(_, _low, high) {
  return [0, Math.max(high * 1.1, 10)];
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
