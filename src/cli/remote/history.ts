import { HistoryQuery } from "../../admin/api/request_schema.ts";
import { History } from "../../admin/api/history_schema.ts";
import { type Arguments, UsageError } from "../arguments.ts";
import { readTime } from "../read_time.ts";
import { showBits, showDelay } from "../terminal/amounts.ts";
import { showBar } from "../terminal/bar.ts";
import { type Column, table } from "../terminal/columns.ts";
import { printZone, showTime } from "../terminal/local_time.ts";
import { printLine } from "../terminal/output.ts";
import { screenSize } from "../terminal/screen_size.ts";
import { type Paint, stdoutPaint } from "../terminal/style.ts";
import type { AdminClient, Query } from "./admin_client.ts";
import { openDaemon } from "./ask_daemon.ts";
import { validQuery, wholeNumber } from "./option_values.ts";

/** Number of rows by default, so that the table fits a terminal of 24 lines. */
const ROWS = 20;

/** `history`: prints what was carried as a table with bars, as JSON or as CSV. */
export async function historyCommand(args: Arguments): Promise<number> {
  const isJson = args.switches.has("json");
  const isCsv = args.switches.has("csv");
  if (isJson && isCsv) throw new UsageError("Use either --json or --csv, not both");
  const query = queryOf(args, isJson || isCsv ? undefined : ROWS, Date.now());
  using client = await openDaemon(args);
  if (isCsv) return await printCsv(client, query);
  const history = await client.json({ path: "/api/v1/history", query }, History);
  if (isJson) return await printLine(JSON.stringify(history)).then(() => 0);
  await printZone(Date.now());
  await printLine(describeHistory(history, stdoutPaint(), screenSize().width).join("\n"));
  return 0;
}

function queryOf({ values, positionals }: Arguments, points: number | undefined, now: number) {
  const time = (name: string): string | undefined => {
    const text = values.get(name);
    return text === undefined ? undefined : new Date(readTime(text, name, now)).toISOString();
  };
  const query = {
    client: values.get("client"),
    server: values.get("server"),
    session: positionals[0],
    from: time("since"),
    to: time("until"),
    points: wholeNumber(values, "points") ?? points,
  };
  return validQuery(HistoryQuery, query, { from: "since", to: "until" });
}

async function printCsv(client: AdminClient, query: Query): Promise<number> {
  const path = "/api/v1/history";
  const body = await client.stream({ path, query: { ...query, format: "csv" } });
  let text = "";
  for await (const part of body.pipeThrough(new TextDecoderStream() as ReadableWritablePair)) {
    text += part;
  }
  await printLine(text.trimEnd());
  return 0;
}

const COLUMNS: readonly Column[] = [
  { title: "TIME" },
  { title: "UP", right: true },
  { title: "DOWN", right: true },
];
const SESSIONS: readonly Column[] = [
  { title: "OPEN", right: true },
  { title: "HELD", right: true },
  { title: "RTT", right: true },
];
const DROPS: Column = { title: "DROPS", right: true };

/** Formats a history as a table whose bars show the rates of both directions, in `width` columns. */
export function describeHistory(history: History, paint: Paint, width: number): string[] {
  const isSession = history.session !== undefined;
  const isAll = !isSession && history.client === undefined && history.server === undefined;
  const columns = [...COLUMNS, ...isSession ? [] : SESSIONS, ...isAll ? [DROPS] : []];
  const begin = Date.parse(history.from);
  const rows = history.bytes_up_per_second.map((up, point) => [
    showTime(begin + point * history.step_seconds * 1_000),
    orDash(up, showBits),
    orDash(history.bytes_down_per_second[point], showBits),
    ...isSession ? [] : [
      orDash(history.sessions_open[point], String),
      orDash(history.sessions_held[point], String),
      orDash(history.rtt_seconds[point], showDelay),
    ],
    ...isAll ? [orDash(history.drops[point], String)] : [],
  ]);
  return withBars(table(columns, rows, paint), sumsOf(history), width);
}

function orDash(value: number | null | undefined, show: (value: number) => string): string {
  return value === null || value === undefined ? "-" : show(value);
}

function sumsOf(history: History): number[] {
  return history.bytes_up_per_second.map((up, point) =>
    (up ?? 0) + (history.bytes_down_per_second[point] ?? 0)
  );
}

/** Appends a bar to each line below the first; the largest value fills the width. */
function withBars(lines: readonly string[], values: readonly number[], width: number): string[] {
  const [heading, ...rows] = lines;
  const room = width - Math.max(...rows.map((row) => row.length)) - 2;
  const most = Math.max(...values);
  if (room < 5 || most === 0) return [...lines];
  const longest = Math.max(...rows.map((row) => row.length));
  return [
    heading,
    ...rows.map((row, at) =>
      `${row.padEnd(longest)}  ${showBar(values[at] / most, room)}`.trimEnd()
    ),
  ];
}
