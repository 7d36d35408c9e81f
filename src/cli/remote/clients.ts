import { type Client, Clients, peerOf } from "../../admin/api/response_schema.ts";
import { showBytes, showDelay, showSpan } from "../terminal/amounts.ts";
import type { Arguments } from "../arguments.ts";
import { askDaemon } from "./ask_daemon.ts";
import { type Column, table } from "../terminal/columns.ts";
import { printLine } from "../terminal/output.ts";
import { outputWidth } from "../terminal/screen_size.ts";
import { type Paint, stdoutPaint } from "../terminal/style.ts";

/** The columns that follow the name. */
const COLUMNS: readonly Column[] = [
  { title: "TUNNEL" },
  { title: "ADDRESS" },
  { title: "RTT", right: true, rank: 3 },
  { title: "SESSIONS", right: true },
  { title: "LIMIT", right: true, rank: 1 },
  { title: "UP", right: true, rank: 2 },
  { title: "DOWN", right: true, rank: 2 },
];

/** `clients`: lists a server's clients, or a client's servers. */
export async function clientsCommand(args: Arguments): Promise<number> {
  const answer = await askDaemon(args, { path: "/api/v1/clients" }, Clients);
  await printLine(
    args.switches.has("json")
      ? JSON.stringify(answer)
      : describeClients(answer, stdoutPaint(), Date.now()).join("\n"),
  );
  return 0;
}

/** Formats clients, or servers, as a table; `now` is the time in milliseconds since 1970. */
function describeClients(answer: Clients, paint: Paint, now: number): string[] {
  const [title, list] = "clients" in answer
    ? ["CLIENT", answer.clients]
    : ["SERVER", answer.servers];
  return table([{ title }, ...COLUMNS], list.map((each) => row(each, now)), paint, outputWidth());
}

function row(client: Client, now: number): string[] {
  const since = client.since === null ? 0 : (now - Date.parse(client.since)) / 1_000;
  return [
    peerOf(client),
    client.up ? `up ${showSpan(since)}` : client.configured ? "down" : "removed",
    client.address ?? "-",
    showDelay(client.rtt_seconds) || "-",
    String(client.sessions),
    String(client.session_limit),
    showBytes(client.bytes_up),
    showBytes(client.bytes_down),
  ];
}
