import {
  type Certificate,
  type Interface,
  peerOf,
  Status,
  type Tunnel,
} from "../../admin/api/response_schema.ts";
import type { AdminClient } from "./admin_client.ts";
import { showBits, showBytes, showDelay, showSpan } from "../terminal/amounts.ts";
import { type Arguments, UsageError } from "../arguments.ts";
import { explainAbsence } from "./absent_daemon.ts";
import { openDaemon } from "./ask_daemon.ts";
import { type Block, blocks } from "../terminal/columns.ts";
import { readTimeout } from "../read_timeout.ts";
import { CommandError } from "../exit_codes.ts";
import { printError, printLine } from "../terminal/output.ts";
import { StdoutReader } from "../terminal/stdout_reader.ts";
import { screenSize } from "../terminal/screen_size.ts";
import { stdoutPaint } from "../terminal/style.ts";
import { oneProblem, type Screen, statusScreen } from "./status_screen.ts";

const DEFAULT_INTERVAL = "2s";
/** Moves the cursor to the top left and erases the screen (ECMA-48 CUP and ED). */
const REDRAW = "\x1b[H\x1b[J";

/** `status`: shows what needs attention, the daemon and its tunnels; `--watch` refreshes. */
export async function statusCommand(args: Arguments): Promise<number> {
  const { switches } = args;
  if (switches.has("watch") && switches.has("check")) {
    throw new UsageError('Options "--watch" and "--check" exclude each other; use one of them');
  }
  using client = await openDaemon(args).catch((error) => explainAbsence(error, args));
  const interval = readTimeout(args.values.get("interval") ?? DEFAULT_INTERVAL);
  const first = await ask(client);
  await show(first, switches);
  if (!switches.has("watch")) return switches.has("check") && first.problems.length > 0 ? 1 : 0;
  using reader = new StdoutReader();
  for (;;) {
    await reader.wait(interval);
    if (reader.left.aborted) return 0;
    try {
      await show(await ask(client), switches);
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

async function show(status: Status, switches: ReadonlySet<string>): Promise<void> {
  if (switches.has("json")) return await printLine(JSON.stringify(status));
  const screen = { ...screenSize(), paint: stdoutPaint(), now: Date.now() };
  const lines = switches.has("all")
    ? describeStatus(status, Deno.stdout.isTerminal() ? screen : { ...screen, width: Infinity })
    : statusScreen(status, screen);
  if (!switches.has("watch")) return await printLine(lines.join("\n"));
  const again = Deno.stdout.isTerminal();
  await printLine(`${again ? REDRAW : ""}${lines.join("\n")}${again ? "" : "\n"}`);
}

/** Formats all of a status as text. */
export function describeStatus(status: Status, screen: Screen): string[] {
  const { paint, now } = screen;
  const title = status.mode === "server" ? "client" : "server";
  const problems = status.problems.flatMap((problem) => oneProblem(problem, screen));
  return [
    ...problems,
    ...(problems.length > 0 ? [""] : []),
    ...blocks([
      daemonBlock(status),
      interfaceBlock(status.interface),
      ...status.certificates.map(certificateBlock),
      ...status.tunnels.map((tunnel) => tunnelBlock(title, tunnel, now)),
    ], paint),
  ];
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
      ["ended in the last hour", recently(status.last_hour.ended)],
      ["dropped in the last hour", recently(status.last_hour.drops)],
      ["rejected in the last hour", recently(status.last_hour.rejected)],
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
      ["cause", tunnel.down_cause ?? ""],
      ["failed attempts", tunnel.failed_attempts > 0 ? String(tunnel.failed_attempts) : ""],
      ["address", tunnel.address === name ? "" : tunnel.address ?? ""],
      ["round trip", showDelay(tunnel.rtt_seconds)],
      ["transport", describeTransport(tunnel)],
      ["tcp", describeTcp(tunnel)],
      ["sessions", String(tunnel.sessions)],
      ["transfer", `${showBytes(tunnel.bytes_up)} up, ${showBytes(tunnel.bytes_down)} down`],
      ["traffic", trafficOf(tunnel)],
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

function trafficOf(tunnel: Tunnel): string {
  return `${showBits(tunnel.bytes_up_per_second)} up, ${
    showBits(tunnel.bytes_down_per_second)
  } down`;
}

function certificateBlock(certificate: Certificate): Block {
  return {
    title: "certificate",
    name: certificate.path,
    facts: [
      ["use", certificate.use],
      ["names", certificate.names],
      ["valid", `${certificate.not_before ?? "?"} to ${certificate.not_after ?? "?"}`],
      ["sha-256", certificate.sha256],
    ],
  };
}

function recently(counts: Readonly<Record<string, { count: number }>>): string {
  return tally(
    Object.fromEntries(Object.entries(counts).map(([reason, { count }]) => [reason, count])),
  );
}

/** Formats counts by reason, largest first, without zeros. */
function tally(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts).filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${reason} ${count}`).join(", ");
}
