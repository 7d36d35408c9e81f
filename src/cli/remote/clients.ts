import { type Client, Clients } from "../../admin/api/response_schema.ts";
import { showBytes, showDelay, showSpan } from "../terminal/amounts.ts";
import type { Arguments } from "../arguments.ts";
import { askDaemon } from "./ask_daemon.ts";
import { type Column, table } from "../terminal/columns.ts";
import { printLine } from "../terminal/output.ts";
import { type Paint, stdoutPaint } from "../terminal/style.ts";

const COLUMNS: readonly Column[] = [
  { title: "NAME" },
  { title: "TUNNEL" },
  { title: "ADDRESS" },
  { title: "RTT", right: true },
  { title: "SESSIONS", right: true },
  { title: "LIMIT", right: true },
  { title: "UP", right: true },
  { title: "DOWN", right: true },
];

/** `clients`: lists a server's clients, or a client's servers. */
export async function clientsCommand(args: Arguments): Promise<number> {
  const answer = await askDaemon(args, { path: "/api/v1/clients" }, Clients);
  await printLine(
    args.switches.has("json")
      ? JSON.stringify(answer)
      : describeClients(answer.clients, stdoutPaint(), Date.now()).join("\n"),
  );
  return 0;
}

/** Formats clients as a table; `now` is the time in milliseconds since 1970. */
function describeClients(clients: readonly Client[], paint: Paint, now: number): string[] {
  return table(COLUMNS, clients.map((client) => row(client, now)), paint);
}

function row(client: Client, now: number): string[] {
  const since = client.since === null ? 0 : (now - Date.parse(client.since)) / 1_000;
  return [
    client.name,
    client.up ? `up ${showSpan(since)}` : client.configured ? "down" : "removed",
    client.address ?? "-",
    showDelay(client.rtt_seconds) || "-",
    String(client.sessions),
    String(client.session_limit),
    showBytes(client.bytes_up),
    showBytes(client.bytes_down),
  ];
}
