/** Small charts in SVG. Colours and sizes are in page.css; each path has its class. */
import { FIGURES, floodOf, SIZES } from "./figure_list.ts";
import { type PageResult, PATH_NAMES, type PathName } from "./page_result.ts";
import { shortNumber, type Spread, spreadOf } from "./wording.ts";

const WIDTH = 360;
const HEIGHT = 240;
const AREA = { left: 48, right: 12, top: 12, bottom: 34 };
const INNER = {
  width: WIDTH - AREA.left - AREA.right,
  height: HEIGHT - AREA.top - AREA.bottom,
};

/** The CSS class of a path. */
export function classOf(name: PathName): string {
  return name.replaceAll(" ", "-").toLowerCase();
}

function svg(height: number, label: string, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">` +
    `${parts.join("")}</svg>`;
}

function text(x: number, y: number, anchor: string, content: string): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${content}</text>`;
}

function line(x1: number, y1: number, x2: number, y2: number, name: string): string {
  const [a, b, c, d] = [x1, y1, x2, y2].map(round);
  return `<line x1="${a}" y1="${b}" x2="${c}" y2="${d}" class="${name}"/>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Returns a step of 1, 2 or 5 times a power of ten that divides `most` into 3 to 6 parts. */
export function tickStep(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most / 3));
  return [5, 2, 1].map((factor) => factor * power).find((step) => most / step >= 3) ?? power;
}

/** Draws the floods up by frame size, with the range of the rounds. */
export function throughputChart({ paths }: PageResult): string {
  const series = PATH_NAMES.map((name) => ({
    name,
    points: SIZES.map((size) =>
      spreadOf(FIGURES[floodOf(size)], paths[name].samples[floodOf(size)])
    ),
  }));
  const most = Math.max(
    1,
    ...series.flatMap(({ points }) => points.map((point) => point?.most ?? 0)),
  );
  const x = (i: number) => AREA.left + (i + 0.5) / SIZES.length * INNER.width;
  const y = (value: number) => AREA.top + (1 - value / most) * INNER.height;
  const step = tickStep(most);
  const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
  const label = "Throughput in Mbit/s by frame size in bytes";
  return svg(HEIGHT, label, [
    ...ticks.flatMap((tick) => [
      line(AREA.left, y(tick), WIDTH - AREA.right, y(tick), "grid"),
      text(AREA.left - 6, y(tick) + 4, "end", tick.toLocaleString("en")),
    ]),
    ...SIZES.map((size, i) => text(x(i), HEIGHT - 16, "middle", `${size} B`)),
    ...series.map(({ name, points }, n) => {
      const at = (i: number) => x(i) + (n - 1.5) * 5; // side by side, so that ranges do not overlap
      return `<g class="${classOf(name)}">${graph(points, at, y)}</g>`;
    }),
  ]);
}

/** Draws one path's line, ranges and points. */
function graph(
  points: readonly (Spread | undefined)[],
  x: (i: number) => number,
  y: (value: number) => number,
): string {
  const known = points.flatMap((point, i) => point === undefined ? [] : [{ i, ...point }]);
  const corners = known.map(({ i, median }) => `${round(x(i))},${round(y(median))}`).join(" ");
  const marks = known.map(({ i, median, least, most }) =>
    line(x(i), y(least), x(i), y(most), "range") +
    `<circle cx="${round(x(i))}" cy="${round(y(median))}" r="3.5"/>`
  );
  return `<polyline points="${corners}"/>${marks.join("")}`;
}

/** Bins shown: 1 us to 16 ms. */
const SHOWN = 14 * 8;
const STRIP = 46;

/** Draws the latencies of each path, one strip below the other, on one logarithmic scale. */
export function latencyChart({ paths }: PageResult): string {
  const names = PATH_NAMES.filter((name) => paths[name].skipped === undefined);
  const width = WIDTH - 2 * AREA.right;
  const x = (bin: number) => AREA.right + bin / SHOWN * width;
  const height = names.length * STRIP + 26;
  const decades = [1, 10, 100, 1_000, 10_000];
  return svg(height, "Number of frames by latency", [
    ...decades.map((latency) =>
      line(x(8 * Math.log2(latency)), 0, x(8 * Math.log2(latency)), height - 20, "grid")
    ),
    ...names.map((name, i) => strip(name, paths[name].latency, (i + 1) * STRIP, x)),
    ...decades.map((latency, i) => {
      const content = latency < 1_000 ? `${latency} µs` : `${latency / 1_000} ms`;
      return text(x(8 * Math.log2(latency)), height - 4, i === 0 ? "start" : "middle", content);
    }),
  ]);
}

function strip(
  name: PathName,
  counts: readonly number[],
  base: number,
  x: (bin: number) => number,
): string {
  const shown = counts.slice(0, SHOWN);
  shown[SHOWN - 1] += counts.slice(SHOWN).reduce((sum, count) => sum + count, 0);
  const most = Math.max(1, ...shown);
  const y = (count: number) => round(base - count / most * (STRIP - 14));
  const steps = shown.map((count, bin) => `V${y(count)}H${round(x(bin + 1))}`).join("");
  const area = `<path d="M${round(x(0))} ${base}${steps}V${base}Z"/>`;
  return `<g class="${classOf(name)}">${area}${
    text(WIDTH - AREA.right, base - STRIP + 24, "end", name)
  }</g>`;
}

/** Draws a figure of all paths as bars with the range of the rounds, in HTML. */
export function bars(figure: string, { paths }: PageResult): string {
  const kind = FIGURES[figure];
  const rows = PATH_NAMES.flatMap((name) => {
    const spread = spreadOf(kind, paths[name].samples[figure]);
    return spread === undefined ? [] : [{ name, spread }];
  });
  const most = Math.max(...rows.map(({ spread }) => spread.most));
  const percent = (value: number) => `${round(value / most * 100)}%`;
  const items = rows.map(({ name, spread: { median, least, most } }) =>
    `<li class="${classOf(name)}"><span>${name}</span><span class="track">` +
    `<span class="bar" style="width:${percent(median)}"></span>` +
    `<span class="spread" style="left:${percent(least)};right:calc(100% - ${
      percent(most)
    })"></span>` +
    `</span><span class="value">${shortNumber(median)}</span></li>`
  );
  return `<figure><figcaption>${kind.title}, ${kind.unit}</figcaption>` +
    `<ul class="bars">${items.join("")}</ul></figure>`;
}
