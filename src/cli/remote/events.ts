import { Status } from "../../admin/api/response_schema.ts";
import { showText } from "../../log_format.ts";
import { EVENT_KINDS } from "../../messages/event_kinds.ts";
import { printable } from "../../printable.ts";
import { type Arguments, oneOf } from "../arguments.ts";
import { readTime } from "../read_time.ts";
import { printZone, showTime } from "../terminal/local_time.ts";
import { printLine } from "../terminal/output.ts";
import type { AdminClient } from "./admin_client.ts";
import { openDaemon } from "./ask_daemon.ts";
import { EventOrder } from "./event_order.ts";
import { follow } from "./follow.ts";
import { type ReceivedEvent, receivedEvents } from "./received_events.ts";

/** Number of events that the daemon keeps. */
const ALL = 512;

/** `events`: prints the kept events, one a line; `--follow` continues with new ones. */
export async function eventsCommand(args: Arguments): Promise<number> {
  const isWanted = filterOf(args, Date.now());
  const isJson = args.switches.has("json");
  if (!isJson) await printZone(Date.now());
  using client = await openDaemon(args);
  const order = new EventOrder();
  const show = async (event: ReceivedEvent): Promise<void> => {
    if (order.isNew(event) && isWanted(event)) {
      await printLine(isJson ? JSON.stringify(event.facts) : lineOf(event));
    }
  };
  if (!args.switches.has("follow")) {
    await receive(client, false, show);
    return 0;
  }
  await follow(async (left) => {
    // After a reconnection all kept events come again.
    order.begin(await processOf(client));
    await receive(client, true, show, left);
  });
  return 0;
}

/** Returns what tells the daemon's process from the one before a restart. */
async function processOf(client: AdminClient): Promise<string> {
  const request = { path: "/api/v1/status", query: { brief: true } };
  const { pid, started_at: startedAt } = await client.json(request, Status);
  return `${pid} ${startedAt}`;
}

async function receive(
  client: AdminClient,
  isEndless: boolean,
  show: (event: ReceivedEvent) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const query = { recent: ALL, follow: isEndless };
  const request = { path: "/api/v1/events", query, ...(signal && { signal }) };
  for await (const event of receivedEvents(await client.stream(request), signal)) await show(event);
}

/** Returns whether an event is one that the options select. */
function filterOf(
  { values }: Arguments,
  now: number,
): (event: ReceivedEvent) => boolean {
  const [kind, client, server] = ["kind", "client", "server"].map((name) => values.get(name));
  if (kind !== undefined) oneOf(kind, Object.keys(EVENT_KINDS).join("|"), "--kind");
  const text = values.get("since");
  const since = text === undefined ? -Infinity : readTime(text, "since", now);
  return ({ time, facts }) =>
    time >= since && (kind === undefined || facts.kind === kind) &&
    (client === undefined || facts.client === client) &&
    (server === undefined || facts.server === server);
}

function lineOf({ time, facts: { time: _time, kind, ...facts } }: ReceivedEvent): string {
  const words = Object.entries(facts).map(([key, value]) => ` ${key}=${showText(value)}`);
  return `${showTime(time)}  ${printable(String(kind)).padEnd(15)}${words.join("")}`;
}
