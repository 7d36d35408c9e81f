/** The page as text, in Markdown tables. */
import { BINS, quantileOf } from "../latency_histogram.ts";
import { markdown } from "../report.ts";
import { type FigureKind, FIGURES } from "./figure_list.ts";
import { type BaselineComparison, type PageResult, PATH_NAMES } from "./page_result.ts";
import {
  conditions,
  HOW_COMPARED,
  showSpread,
  showVerdict,
  spreadOf,
  summary,
  whyMissing,
} from "./wording.ts";

/** Formats a run, and its comparison with the baseline if there is one. */
export function textPage(result: PageResult, comparison?: BaselineComparison): string[] {
  return [
    conditions(result),
    "Medians, with the least and the most of the rounds.",
    "",
    ...PATH_NAMES.map((name) => {
      const { about, skipped } = result.paths[name];
      return `- ${name}: ${skipped === undefined ? about : `not measured, ${skipped}`}`;
    }),
    "",
    ...figureTable(result, comparison),
    "",
    ...latencyLines(result),
    "",
    comparison === undefined
      ? "There is no baseline to compare with."
      : `${summary(comparison, result)} ${HOW_COMPARED}`,
  ];
}

function figureTable(result: PageResult, comparison?: BaselineComparison): string[] {
  const names = PATH_NAMES.filter((name) => result.paths[name].skipped === undefined);
  const rows = Object.entries(FIGURES).map(([figure, kind]) => {
    const verdict = comparison?.verdicts[figure];
    return [
      titleOf(kind),
      ...names.map((name) => {
        const samples = result.paths[name].samples[figure];
        const spread = spreadOf(kind, samples);
        return spread === undefined ? whyMissing(kind, samples) : showSpread(spread);
      }),
      verdict === undefined ? "" : showVerdict(kind, verdict),
    ];
  });
  return markdown(["", ...names, "baseline"], rows);
}

function titleOf({ group, title, unit }: FigureKind): string {
  return `${group === "Throughput" ? "" : `${group}: `}${title}, ${unit}`;
}

/** Bins per character, and the last latency shown: 16 ms. */
const PER_CHARACTER = 4;
const SHOWN = 14 * 2;
const BARS = " ▁▂▃▄▅▆▇█";

/** Draws the latencies of each path, from 1 us to 16 ms in steps of the square root of two. */
function latencyLines(result: PageResult): string[] {
  const lines = PATH_NAMES.filter((name) => result.paths[name].skipped === undefined)
    .map((name) => {
      const { latency } = result.paths[name];
      const heights = Array.from({ length: SHOWN }, (_, i) => {
        const end = i === SHOWN - 1 ? BINS : (i + 1) * PER_CHARACTER;
        return latency.slice(i * PER_CHARACTER, end).reduce((sum, count) => sum + count, 0);
      });
      const most = Math.max(...heights);
      const bars = heights.map((height) => BARS[Math.ceil(height / most * 8)]).join("");
      const longest = Math.round(quantileOf(latency, 0.999)).toLocaleString("en");
      return `${name.padEnd(16)} |${bars}| 99.9 % within ${longest} µs`;
    });
  const scale = `${" ".repeat(18)}1 µs${" ".repeat(9)}128 µs${" ".repeat(4)}16 ms`;
  return ["Latency at 1,000 frames/s of 500 B, all rounds:", "", ...lines, scale];
}
