/** The status as one screen: what needs attention first, then the daemon, then its tunnels. */
import type { Problem } from "../../admin/api/problem_schema.ts";
import { peerOf, type Status, type Tunnel } from "../../admin/api/response_schema.ts";
import { printable } from "../../printable.ts";
import { showBits, showBytes, showDelay, showSpan } from "../terminal/amounts.ts";
import { type Column, table } from "../terminal/columns.ts";
import type { Paint, Style } from "../terminal/style.ts";
import { clip, wrap } from "../terminal/wrap.ts";

/** Where a status is shown: size in characters, and the time in milliseconds since 1970. */
export interface Screen {
  readonly width: number;
  readonly height: number;
  readonly paint: Paint;
  readonly now: number;
}

/** Maximum number of lines for the words of a problem, and for its remedy. */
const MAX_WORDS = 4;
const MAX_REMEDY = 3;
/** Number of tunnels that are shown even if there are many problems. */
const LEAST_TUNNELS = 3;

/** Formats a status to fit a screen, with one line left for the shell's prompt. */
export function statusScreen(status: Status, screen: Screen): string[] {
  const room = screen.height - 1;
  const head = headline(status, screen);
  const facts = factLines(status, screen);
  const least = Math.min(status.tunnels.length, LEAST_TUNNELS) + 2;
  const problems = problemLines(status.problems, screen, room - facts.length - least - 3);
  const above = [head, ...problems, "", ...facts];
  const tunnels = tunnelLines(status, screen, room - above.length - 1);
  return [...above, ...(tunnels.length > 0 ? ["", ...tunnels] : [])];
}

/** The daemon's mode, interface and state. */
function headline(status: Status, { paint, width }: Screen): string {
  const { mode, version, interface: link, uptime_seconds: uptime } = status;
  const state = status.draining ? "draining" : status.ready ? "ready" : "not ready";
  const style: Style = status.draining ? "yellow" : status.ready ? "green" : "red";
  const name = printable(`${mode} on ${link.name}: `);
  const rest = `, up ${showSpan(uptime)}, pppoe-proxy ${printable(version)}`;
  if (name.length + state.length + rest.length > width) {
    return clip(`${name}${state}${rest}`, width);
  }
  return `${paint("bold", name)}${paint(style, state)}${rest}`;
}

/** As many problems as there is room for, but always the first; then the number of the others. */
function problemLines(problems: readonly Problem[], screen: Screen, room: number): string[] {
  const lines: string[] = [];
  for (const [at, problem] of problems.entries()) {
    const more = oneProblem(problem, screen);
    const isLast = at === problems.length - 1;
    if (at > 0 && lines.length + more.length > room - (isLast ? 0 : 1)) {
      const rest = problems.length - at;
      const which = rest === 1 ? "1 more problem" : `${rest} more problems`;
      return [...lines, `and ${which}: pppoe-proxy status --all`];
    }
    lines.push(...more);
  }
  return lines;
}

/** Problems that are still to come: how long they have been announced would read as the time left. */
const AHEAD = ["certificate-expiring"];

/** One problem: its words, what happens next, and what to do. */
export function oneProblem(problem: Problem, { paint, width, now }: Screen): string[] {
  const { severity, code, since, words, remedy, next } = problem;
  const span = AHEAD.includes(code) ? "" : `, ${showSpan((now - Date.parse(since)) / 1_000)}`;
  const style: Style = severity === "critical" ? "red" : "yellow";
  const [first, ...rest] = shortened(`${severity}: ${words} (${code}${span})`, width, MAX_WORDS);
  return [
    paint(style, first),
    ...rest.map((line) => paint(style, line)),
    ...(next === undefined ? [] : shortened(`next: ${next}`, width, MAX_REMEDY, "  ")),
    ...shortened(`do: ${remedy}`, width, MAX_REMEDY, "  "),
  ];
}

/** Breaks a text into at most `most` lines, of which all but the first are indented. */
function shortened(text: string, width: number, most: number, indent = ""): string[] {
  const lines = wrap(printable(text), width - 2);
  const kept = lines.length <= most
    ? lines
    : [...lines.slice(0, most - 1), clip(lines.slice(most - 1).join(" "), width - 2)];
  return kept.map((line, at) => `${at === 0 ? indent : "  "}${line}`);
}

/** What the daemon is and does, one line each. */
function factLines(status: Status, { paint, width }: Screen): string[] {
  const facts: [string, string][] = [
    ["sessions", sessionFact(status)],
    ["traffic", trafficFact(status)],
    ["interface", interfaceFact(status)],
    ["listens on", (status.listen ?? []).join(", ")],
    ["certificate", certificateFact(status)],
    ["last hour", lastHourFact(status)],
    ["process", `${status.pid}, ${showBytes(status.memory_rss_bytes)}, ${status.config_file}`],
  ];
  return facts.filter(([, value]) => value !== "").map(([label, value]) =>
    `${paint("bold", label)}: ${clip(printable(value), width - label.length - 2)}`
  );
}

function sessionFact({ sessions, opened_total: opened, closed_total: closed }: Status): string {
  const { open, held, limit } = sessions;
  const ended = Object.values(closed).reduce((sum, count) => sum + count, 0);
  return `${open} open${
    held > 0 ? `, ${held} held` : ""
  }, limit ${limit}; ${opened} opened and ${ended} closed since start`;
}

function trafficFact({ tunnels }: Status): string {
  const sum = (read: (tunnel: Tunnel) => number): number =>
    tunnels.reduce((total, tunnel) => total + read(tunnel), 0);
  const frames = (rate: number): string => `${Math.round(rate)} frames/s`;
  return `up ${showBits(sum((it) => it.bytes_up_per_second))}, ${
    frames(sum((it) => it.frames_up_per_second))
  }; down ${showBits(sum((it) => it.bytes_down_per_second))}, ${
    frames(sum((it) => it.frames_down_per_second))
  }`;
}

function interfaceFact({ interface: link }: Status): string {
  const { name, up, mac, mtu, received_frames: received } = link;
  const silence = up && received === 0 ? ", no PPPoE frame received yet" : "";
  return `${name} ${up ? "up" : "down"}, ${mac}, MTU ${mtu}${silence}`;
}

function certificateFact({ certificates }: Status): string {
  return certificates.map(({ path, not_after: until, sha256 }) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    return `${name} until ${until?.slice(0, 10) ?? "?"}, SHA-256 ${sha256.slice(0, 16)}…`;
  }).join("; ");
}

/** Ended sessions, drops and refusals of the last hour, most first. */
function lastHourFact({ last_hour: lastHour }: Status): string {
  const { ended, drops, rejected, kernel_drops: kernel } = lastHour;
  const refused = Object.values(rejected).reduce((sum, { count }) => sum + count, 0);
  return [
    ...(refused > 0 ? [`${refused} connections rejected`] : []),
    ...(kernel === null ? [] : [`${kernel.count} frames dropped by the kernel`]),
    ...mostFirst("ended", ended),
    ...mostFirst("dropped", drops),
  ].join("; ");
}

function mostFirst(what: string, counts: Readonly<Record<string, { count: number }>>): string[] {
  const sorted = Object.entries(counts).sort(([, one], [, other]) => other.count - one.count);
  if (sorted.length === 0) return [];
  return [`${what}: ${sorted.map(([reason, { count }]) => `${reason} ${count}`).join(", ")}`];
}

/** The columns that follow the name. A row with a name of 20 characters takes 77 columns. */
const COLUMNS: readonly Column[] = [
  { title: "TUNNEL" },
  { title: "RTT", right: true },
  { title: "SESSIONS", right: true },
  { title: "UP Mbit/s", right: true },
  { title: "DOWN Mbit/s", right: true },
];
const ROW_WITHOUT_NAME = 57;

/** The tunnels that matter most, as a table of at most `room` lines. */
function tunnelLines(
  { mode, tunnels }: Status,
  { paint, now, width }: Screen,
  room: number,
): string[] {
  const sorted = tunnels.toSorted(importantFirst);
  const all = sorted.length + 1 <= room;
  const shown = all ? sorted : sorted.slice(0, Math.max(0, room - 2));
  if (shown.length === 0) return [];
  const [title, others] = mode === "server" ? ["CLIENT", "clients"] : ["SERVER", "servers"];
  const rows = shown.map((tunnel) => tunnelRow(tunnel, now, width - ROW_WITHOUT_NAME));
  const lines = table([{ title }, ...COLUMNS], rows, paint);
  if (all) return lines;
  return [...lines, `and ${sorted.length - shown.length} more ${others}: pppoe-proxy clients`];
}

function tunnelRow(tunnel: Tunnel, now: number, nameWidth: number): string[] {
  const since = tunnel.up ? tunnel.since : tunnel.down_since;
  const span = since === null ? "" : ` ${showSpan((now - Date.parse(since)) / 1_000)}`;
  return [
    clip(printable(peerOf(tunnel)), Math.max(1, nameWidth)),
    `${tunnel.up ? "up" : "down"}${span}`,
    showDelay(tunnel.rtt_seconds) || "-",
    String(tunnel.sessions),
    megabits(tunnel.bytes_up_per_second),
    megabits(tunnel.bytes_down_per_second),
  ];
}

function megabits(bytesPerSecond: number): string {
  return (bytesPerSecond * 8 / 1e6).toFixed(2);
}

/** Tunnels that are down and hold sessions, then others that are down, then the busiest. */
function importantFirst(one: Tunnel, other: Tunnel): number {
  const rank = ({ up, sessions, connects }: Tunnel): number =>
    up ? 3 : sessions > 0 ? 0 : connects > 0 ? 1 : 2;
  const traffic = (it: Tunnel): number => it.bytes_up_per_second + it.bytes_down_per_second;
  return rank(one) - rank(other) || traffic(other) - traffic(one) ||
    other.sessions - one.sessions || peerOf(one).localeCompare(peerOf(other));
}
