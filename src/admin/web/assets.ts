/** The page's files as text, embedded in the program. Import this module only to serve the page. */
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import uplot from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import baseStyle from "./base.css" with { type: "text" };
import dialogsStyle from "./dialogs.css" with { type: "text" };
import layoutStyle from "./layout.css" with { type: "text" };
import listsStyle from "./lists.css" with { type: "text" };
import narrowStyle from "./narrow.css" with { type: "text" };
import pathStyle from "./path.css" with { type: "text" };
import plotsStyle from "./plots.css" with { type: "text" };
import tablesStyle from "./tables.css" with { type: "text" };
import actions from "./actions.js" with { type: "text" };
import api from "./api.js" with { type: "text" };
import configuration from "./configuration.js" with { type: "text" };
import dialogs from "./dialogs.js" with { type: "text" };
import dom from "./dom.js" with { type: "text" };
import events from "./events.js" with { type: "text" };
import format from "./format.js" with { type: "text" };
import icon from "./icon.svg" with { type: "text" };
import page from "./index.html" with { type: "text" };
import main from "./main.js" with { type: "text" };
import overview from "./overview.js" with { type: "text" };
import path from "./path.js" with { type: "text" };
import peers from "./peers.js" with { type: "text" };
import plots from "./plots.js" with { type: "text" };
import rates from "./rates.js" with { type: "text" };
import rows from "./rows.js" with { type: "text" };
import sessions from "./sessions.js" with { type: "text" };
import theme from "./theme.js" with { type: "text" };

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
  api,
  configuration,
  dialogs,
  dom,
  events,
  format,
  main,
  overview,
  path,
  peers,
  plots,
  rates,
  rows,
  sessions,
  theme,
  uplot,
};

const styles = {
  base: baseStyle,
  dialogs: dialogsStyle,
  layout: layoutStyle,
  lists: listsStyle,
  narrow: narrowStyle,
  path: pathStyle,
  plots: plotsStyle,
  tables: tablesStyle,
  uplot: uplotStyle,
};

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
  ...files(scripts, "js", SCRIPT),
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
