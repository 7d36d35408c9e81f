import { CustomerStories } from "../../admin/api/look_back_schema.ts";
import { parseMac } from "../../pppoe/mac.ts";
import { printable } from "../../printable.ts";
import { type Arguments, UsageError } from "../arguments.ts";
import { showSpan } from "../terminal/amounts.ts";
import { showTime, zoneName } from "../terminal/local_time.ts";
import { printLine } from "../terminal/output.ts";
import { type Paint, stdoutPaint, type Style } from "../terminal/style.ts";
import { askDaemon } from "./ask_daemon.ts";

type CustomerStory = CustomerStories["stories"][number];
type Entry = CustomerStory["entries"][number];

const COLOURS: Readonly<Record<string, Style>> = {
  "ac-refused": "red",
  "closed": "yellow",
  "interface-down": "red",
  "opened": "green",
  "refused": "red",
  "tunnel-lost": "red",
};

/** `why MAC`: shows what happened to a customer, and what to do. */
export async function whyCommand(args: Arguments): Promise<number> {
  const [mac] = args.positionals;
  if (mac === undefined || parseMac(mac) === undefined) {
    const given = mac === undefined ? "No customer given" : `"${mac}" is not a MAC address`;
    throw new UsageError(`${given}: why MAC, such as 02:00:00:00:00:01`);
  }
  const path = `/api/v1/customers/${encodeURIComponent(mac)}/story`;
  const found = await askDaemon(args, { path }, CustomerStories);
  const text = args.switches.has("json")
    ? JSON.stringify(found)
    : found.stories.map((story) => describeStory(found.customer_mac, story, stdoutPaint()))
      .join("\n\n");
  await printLine(text);
  return 0;
}

function describeStory(mac: string, story: CustomerStory, paint: Paint): string {
  const at = story.client === undefined ? "" : ` at client ${printable(story.client)}`;
  const zone = zoneName(Date.now());
  return [
    paint("bold", `customer ${mac}${at}`) + paint("dim", `, times are local: ${zone}`),
    ...story.entries.map((entry) => `  ${lineOf(entry, paint)}`),
    `${paint("bold", "what to do")}: ${printable(story.advice)}`,
  ].join("\n");
}

function lineOf({ at, until, count, kind, words }: Entry, paint: Paint): string {
  const seconds = (Date.parse(until) - Date.parse(at)) / 1_000;
  const span = seconds < 1 ? "" : ` in ${showSpan(seconds)}`;
  const times = count === 1 ? "" : ` (${count} times${span})`;
  const colour = COLOURS[kind];
  const text = printable(words);
  return `${showTime(Date.parse(at))}  ${
    colour === undefined ? text : paint(colour, text)
  }${times}`;
}
