import { type Interface, peerOf, Status, type Tunnel } from "../../admin/api/response_schema.ts";
import type { AdminClient } from "./admin_client.ts";
import { showBytes, showDelay, showSpan } from "../terminal/amounts.ts";
import type { Arguments } from "../arguments.ts";
import { openDaemon } from "./ask_daemon.ts";
import { type Block, blocks } from "../terminal/columns.ts";
import { readTimeout } from "../read_timeout.ts";
import { CommandError } from "../exit_codes.ts";
import { printError, printLine } from "../terminal/output.ts";
import { StdoutReader } from "../terminal/stdout_reader.ts";
import { type Paint, stdoutPaint } from "../terminal/style.ts";

const DEFAULT_INTERVAL = "2s";
/** Moves the cursor to the top left and erases the screen (ECMA-48 CUP and ED). */
const REDRAW = "\x1b[H\x1b[J";

/** `status`: shows the daemon, its interface and its tunnels; `--watch` refreshes. */
export async function statusCommand(args: Arguments): Promise<number> {
  using client = await openDaemon(args);
  const interval = readTimeout(args.values.get("interval") ?? DEFAULT_INTERVAL);
  const json = args.switches.has("json");
  const watch = args.switches.has("watch");
  await show(await ask(client), json, watch);
  if (!watch) return 0;
  using reader = new StdoutReader();
  for (;;) {
    await reader.wait(interval);
    if (reader.left.aborted) return 0;
    try {
      await show(await ask(client), json, watch);
    } catch (error) {
      // The daemon may be restarting.
      if (!(error instanceof CommandError) || error.exit !== "unreachable") throw error;
      await printError(error.message);
    }
  }
}

function ask(client: AdminClient): Promise<Status> {
  return client.json({ path: "/api/v1/status" }, Status);
}

async function show(status: Status, json: boolean, watch: boolean): Promise<void> {
  if (json) return await printLine(JSON.stringify(status));
  const lines = describeStatus(status, stdoutPaint(), Date.now());
  if (!watch) return await printLine(lines.join("\n"));
  const again = Deno.stdout.isTerminal();
  await printLine(`${again ? REDRAW : ""}${lines.join("\n")}${again ? "" : "\n"}`);
}

/** Formats a status as text; `now` is the time in milliseconds since 1970. */
export function describeStatus(status: Status, paint: Paint, now: number): string[] {
  const title = status.mode === "server" ? "client" : "server";
  return blocks([
    daemonBlock(status),
    interfaceBlock(status.interface),
    ...status.tunnels.map((tunnel) => tunnelBlock(title, tunnel, now)),
  ], paint);
}

function daemonBlock(status: Status): Block {
  const { open, held, limit } = status.sessions;
  const state = [
    status.ready ? "ready" : "not ready",
    ...(status.draining ? ["draining: no new sessions"] : []),
  ];
  return {
    title: status.mode,
    name: `pppoe-proxy ${status.version}`,
    facts: [
      ["state", state.join(", ")],
      [
        "process",
        `${status.pid}, started ${showSpan(status.uptime_seconds)} ago, ${
          showBytes(status.memory_rss_bytes)
        }`,
      ],
      ["configuration", status.config_file],
      ["listens on", [...(status.listen ?? []), ...underQuic(status)].join(", ")],
      ["sessions", `${open} open${held > 0 ? `, ${held} held` : ""}, limit ${limit}`],
      ["sessions opened", String(status.opened_total)],
      ["sessions closed", tally(status.closed_total)],
      ["dropped frames", tally(status.drops)],
      ...status.warnings.map((warning): [string, string] => ["warning", warning]),
      ...status.certificates.map(({ warning }): [string, string] => ["warning", warning ?? ""]),
    ],
  };
}

function underQuic({ transport, listen }: Status): string[] {
  if (listen === undefined || transport === "tls") return [];
  return [transport === "quic" ? "QUIC" : "QUIC and TLS"];
}

function describeTransport({ transport, transport_reason: why }: Tunnel): string {
  if (transport === null) return "";
  return `${transport === "quic" ? "QUIC" : "TLS"}${why === null ? "" : ` (${why})`}`;
}

function interfaceBlock(link: Interface): Block {
  return {
    title: "interface",
    name: link.name,
    facts: [
      ["state", link.up ? "up" : "down"],
      ["mac address", link.mac],
      ["mtu", String(link.mtu)],
      ["received", `${link.received_frames} frames, ${showBytes(link.received_bytes)}`],
      ["sent", `${link.sent_frames} frames, ${showBytes(link.sent_bytes)}`],
      ["dropped by the kernel", link.kernel_drops > 0 ? String(link.kernel_drops) : ""],
    ],
  };
}

function tunnelBlock(title: string, tunnel: Tunnel, now: number): Block {
  const name = peerOf(tunnel);
  const span = (since: string | null): string =>
    since === null ? "" : ` for ${showSpan((now - Date.parse(since)) / 1_000)}`;
  return {
    title,
    name,
    facts: [
      ["tunnel", tunnel.up ? `up${span(tunnel.since)}` : `down${span(tunnel.down_since)}`],
      ["reason", tunnel.down_reason ?? ""],
      ["address", tunnel.address === name ? "" : tunnel.address ?? ""],
      ["round trip", showDelay(tunnel.rtt_seconds)],
      ["transport", describeTransport(tunnel)],
      ["tcp", describeTcp(tunnel)],
      ["sessions", String(tunnel.sessions)],
      ["transfer", `${showBytes(tunnel.bytes_up)} up, ${showBytes(tunnel.bytes_down)} down`],
      ["send queue", tunnel.queue_bytes > 0 ? showBytes(tunnel.queue_bytes) : ""],
      ["connections", tunnel.connects > 1 ? String(tunnel.connects) : ""],
    ],
  };
}

function describeTcp(tunnel: Tunnel): string {
  const { congestion_control, segment_bytes, retransmitted_segments } = tunnel;
  if (congestion_control === null) return "";
  return `${congestion_control}, segments of ${segment_bytes} bytes, ${retransmitted_segments} sent again`;
}

/** Formats counts by reason, largest first, without zeros. */
function tally(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts).filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${reason} ${count}`).join(", ");
}
