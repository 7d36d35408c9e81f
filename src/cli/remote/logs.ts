import { type LogLine, LogLines } from "../../admin/api/look_back_schema.ts";
import { LogQuery, MAX_PAGE } from "../../admin/api/request_schema.ts";
import { showText } from "../../log_format.ts";
import { printable } from "../../printable.ts";
import type { Arguments } from "../arguments.ts";
import { printZone, showTime } from "../terminal/local_time.ts";
import { printLine } from "../terminal/output.ts";
import { type Paint, stdoutPaint, type Style } from "../terminal/style.ts";
import { openDaemon } from "./ask_daemon.ts";
import { follow } from "./follow.ts";
import { validQuery, wholeNumber } from "./option_values.ts";

const LEVEL_WIDTH = "warning".length;
const COLOURS: Readonly<Record<string, Style>> = { debug: "dim", warning: "yellow", error: "red" };

/** `logs`: prints the daemon's last log lines; `--follow` continues with new ones. */
export async function logsCommand(args: Arguments): Promise<number> {
  const { values, switches } = args;
  const limit = Math.min(wholeNumber(values, "lines") ?? 100, MAX_PAGE);
  const query = { level: values.get("level"), topic: values.get("topic") };
  validQuery(LogQuery, { ...query, limit }, { limit: "lines" });
  const isJson = switches.has("json");
  if (!isJson) await printZone(Date.now());
  using client = await openDaemon(args);
  const ask = (part: { limit: number; after?: string | undefined }) =>
    client.json({ path: "/api/v1/log", query: { ...query, ...part } }, LogLines);
  const show = async (lines: readonly LogLine[]): Promise<void> => {
    const paint = stdoutPaint();
    const texts = lines.map((line) => isJson ? JSON.stringify(line) : lineOf(line, paint));
    if (texts.length > 0) await printLine(texts.join("\n"));
  };
  let { next, lines } = await ask({ limit });
  await show(lines);
  if (!switches.has("follow")) return 0;
  await follow(async () => {
    ({ next, lines } = await ask({ limit: MAX_PAGE, after: next }));
    await show(lines);
  });
  return 0;
}

function lineOf({ time, level, topic, message, ...facts }: LogLine, paint: Paint): string {
  const words = Object.entries(facts).map(([key, value]) => ` ${key}=${showText(value)}`);
  const colour = COLOURS[level];
  const word = printable(level).padEnd(LEVEL_WIDTH);
  const shown = colour === undefined ? word : paint(colour, word);
  const text = printable(`${topic}: ${message}`);
  return `${showTime(Date.parse(time))} ${shown} ${text}${words.join("")}`;
}
