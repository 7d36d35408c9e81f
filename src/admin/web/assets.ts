/** The page's files as text, embedded in the program. Import this module only to serve the page. */
import preact from "preact" with { type: "text" };
import hooks from "preact/hooks" with { type: "text" };
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import uplot from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import baseStyle from "./base.css" with { type: "text" };
import dialogsStyle from "./dialogs.css" with { type: "text" };
import layoutStyle from "./layout.css" with { type: "text" };
import listsStyle from "./lists.css" with { type: "text" };
import narrowStyle from "./narrow.css" with { type: "text" };
import overviewStyle from "./overview.css" with { type: "text" };
import pathStyle from "./path.css" with { type: "text" };
import plotsStyle from "./plots.css" with { type: "text" };
import printStyle from "./print.css" with { type: "text" };
import tablesStyle from "./tables.css" with { type: "text" };
import touchStyle from "./touch.css" with { type: "text" };
import actions from "./actions.js" with { type: "text" };
import announce from "./announce.js" with { type: "text" };
import api from "./api.js" with { type: "text" };
import app from "./app.js" with { type: "text" };
import capture from "./capture.js" with { type: "text" };
import cards from "./cards.js" with { type: "text" };
import client from "./client.js" with { type: "text" };
import clients from "./clients.js" with { type: "text" };
import columns from "./columns.js" with { type: "text" };
import configuration from "./configuration.js" with { type: "text" };
import csv from "./csv.js" with { type: "text" };
import dialogs from "./dialogs.js" with { type: "text" };
import download from "./download.js" with { type: "text" };
import eventWords from "./event_words.js" with { type: "text" };
import events from "./events.js" with { type: "text" };
import explain from "./explain.js" with { type: "text" };
import filters from "./filters.js" with { type: "text" };
import format from "./format.js" with { type: "text" };
import icon from "./icon.svg" with { type: "text" };
import page from "./index.html" with { type: "text" };
import link from "./link.js" with { type: "text" };
import history from "./history.js" with { type: "text" };
import live from "./live.js" with { type: "text" };
import main from "./main.js" with { type: "text" };
import overview from "./overview.js" with { type: "text" };
import parts from "./parts.js" with { type: "text" };
import path from "./path.js" with { type: "text" };
import pcapng from "./pcapng.js" with { type: "text" };
import plot from "./plot.js" with { type: "text" };
import plots from "./plots.js" with { type: "text" };
import problems from "./problems.js" with { type: "text" };
import rates from "./rates.js" with { type: "text" };
import route from "./route.js" with { type: "text" };
import series from "./series.js" with { type: "text" };
import session from "./session.js" with { type: "text" };
import sessions from "./sessions.js" with { type: "text" };
import span from "./span.js" with { type: "text" };
import spark from "./spark.js" with { type: "text" };
import story from "./story.js" with { type: "text" };
import table from "./table.js" with { type: "text" };
import theme from "./theme.js" with { type: "text" };
import timeline from "./timeline.js" with { type: "text" };
import token from "./token.js" with { type: "text" };
import toml from "./toml.js" with { type: "text" };

/** One file of the page. */
export interface Asset {
  /** Content-Type. */
  readonly type: string;
  readonly body: string;
}

const SCRIPT = "text/javascript; charset=utf-8";
const STYLE = "text/css; charset=utf-8";

const scripts = {
  actions,
  announce,
  api,
  app,
  capture,
  cards,
  client,
  clients,
  columns,
  configuration,
  csv,
  dialogs,
  download,
  "event_words": eventWords,
  events,
  explain,
  filters,
  format,
  link,
  history,
  live,
  main,
  overview,
  parts,
  path,
  pcapng,
  plot,
  plots,
  problems,
  rates,
  route,
  series,
  session,
  sessions,
  span,
  spark,
  story,
  table,
  theme,
  timeline,
  token,
  toml,
  preact,
  hooks,
  uplot,
};

const styles = {
  base: baseStyle,
  dialogs: dialogsStyle,
  layout: layoutStyle,
  lists: listsStyle,
  narrow: narrowStyle,
  overview: overviewStyle,
  path: pathStyle,
  plots: plotsStyle,
  print: printStyle,
  tables: tablesStyle,
  touch: touchStyle,
  uplot: uplotStyle,
};

/** Names of packages in imports, and the files that browsers load instead. */
const BARE: Readonly<Record<string, string>> = {
  "preact": "./preact.js",
  "preact/hooks": "./hooks.js",
};

/** Browsers know no packages, and an import map would have to be inline. */
function withPaths(script: string): string {
  return script.replaceAll(
    /\bfrom ?"(preact(?:\/hooks)?)"/g,
    (_, name: string) => `from "${BARE[name]}"`,
  );
}

function files(
  bodies: Readonly<Record<string, string>>,
  extension: string,
  type: string,
): [path: string, asset: Asset][] {
  return Object.entries(bodies).map(([name, body]) => [
    `/assets/${name}.${extension}`,
    { type, body },
  ]);
}

/** The page's files by URL path. */
export const assets: ReadonlyMap<string, Asset> = new Map([
  ["/", { type: "text/html; charset=utf-8", body: page }],
  ["/assets/icon.svg", { type: "image/svg+xml", body: icon }],
  ...files(scripts, "js", SCRIPT).map(([path, { type, body }]): [string, Asset] => [
    path,
    { type, body: withPaths(body) },
  ]),
  ...files(styles, "css", STYLE),
]);

/**
 * Response headers of every file. The page loads nothing but these files, cannot be framed, and its
 * scripts cannot turn text into HTML (Content Security Policy 3, Trusted Types).
 */
export const ASSET_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};
