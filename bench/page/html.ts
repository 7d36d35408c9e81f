/** The page as one HTML file without outside parts. */
import { bars, classOf, latencyChart, throughputChart } from "./chart.ts";
import { type FigureKind, FIGURES } from "./figure_list.ts";
import style from "./page.css" with { type: "text" };
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
export function htmlPage(result: PageResult, comparison?: BaselineComparison): string {
  const sections = [
    section("Throughput by frame size", FLOODED, throughputChart(result) + legend(result)),
    section("Latency", LIGHT, latencyChart(result)),
    ...GROUPS.map(([title, how, group]) => section(title, how, groupBars(group, result))),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>pppoe-proxy bench</title>
<style>
${style}</style>
</head>
<body>
<main>
<h1>pppoe-proxy bench</h1>
<p>${escapeHtml(conditions(result))}</p>
<p class="summary">${
    escapeHtml(comparison === undefined ? "No baseline." : summary(comparison, result))
  }</p>
<div class="sections">
${sections.join("\n")}
</div>
<h2>All figures</h2>
<p>Medians, with the least and the most of the rounds. ${HOW_COMPARED}</p>
${figureTable(result, comparison)}
</main>
</body>
</html>
`;
}

const FLOODED = "Delivered up, in Mbit/s, when more is offered than the path can carry.";
const LIGHT = "1,000 frames/s of 500 B up, until the kernel has received them; all rounds.";
const GROUPS: readonly [title: string, how: string, group: FigureKind["group"]][] = [
  ["CPU", "User and system time of the processes of both ends.", "CPU"],
  [
    "Memory",
    "Resident, of both ends together; an idle daemon releases more of it later.",
    "Memory",
  ],
  [
    "Sessions",
    "Dialled through the path by a customer; the test's AC answers at once.",
    "Sessions",
  ],
];

/** Escapes text for HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

function section(title: string, how: string, content: string): string {
  return `<section><h2>${title}</h2><p>${how}</p>${content}</section>`;
}

function legend({ paths }: PageResult): string {
  const items = PATH_NAMES.map((name) => {
    const { about, skipped } = paths[name];
    const text = skipped === undefined ? about : `not measured: ${skipped}`;
    return `<li class="${classOf(name)}"><b>${name}</b> ${escapeHtml(text)}</li>`;
  });
  return `<ul class="legend">${items.join("")}</ul>`;
}

function groupBars(group: FigureKind["group"], result: PageResult): string {
  return Object.entries(FIGURES).filter(([, kind]) => kind.group === group)
    .map(([figure]) => bars(figure, result)).join("");
}

function markRange(spread: string): string {
  return spread.replace(/ \(.*\)/, '<span class="range">$&</span>');
}

function figureTable(result: PageResult, comparison?: BaselineComparison): string {
  const head = ["", ...PATH_NAMES, "against the baseline"].map((name) => `<th>${name}</th>`);
  const rows = Object.entries(FIGURES).map(([figure, kind]) => {
    const cells = PATH_NAMES.map((name) => {
      const { samples, skipped } = result.paths[name];
      const spread = spreadOf(kind, samples[figure]);
      if (spread !== undefined) return `<td>${markRange(showSpread(spread))}</td>`;
      return `<td>${skipped === undefined ? whyMissing(kind, samples[figure]) : "–"}</td>`;
    });
    const verdict = comparison?.verdicts[figure];
    const judged = verdict === undefined
      ? "<td></td>"
      : `<td class="${verdict.word.replace(" ", "-")}">${showVerdict(kind, verdict)}</td>`;
    return `<tr><th>${kind.group}: ${kind.title}, ${kind.unit}</th>${cells.join("")}${judged}</tr>`;
  });
  return `<div class="table" tabindex="0" role="region" aria-label="All figures"><table>` +
    `<thead><tr>${head.join("")}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}
