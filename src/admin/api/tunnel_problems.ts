// deno-lint-ignore-file camelcase -- keys are those of the JSON
/** What is wrong with tunnels, from a status. Pure. */
import { connectAdvice } from "../../daemon/connect_cause.ts";
import { TUNNEL_ENDS } from "../../messages/tunnel_ends.ts";
import { showSpan } from "../../span.ts";
import type { FoundProblem, ThreadStatus } from "./found_problem.ts";
import { peerOf, type Tunnel } from "./response_schema.ts";

/** Time for clients to connect after a start, in seconds. */
const ARRIVAL = 60;

/** Problems of all tunnels; `now` is the time in milliseconds since 1970. */
export function tunnelProblems(status: ThreadStatus, now: number): FoundProblem[] {
  return status.mode === "client" ? ofClient(status, now) : ofServer(status, now);
}

/** A client needs one tunnel, to the first of its servers if possible. */
function ofClient({ tunnels, started_at }: ThreadStatus, now: number): FoundProblem[] {
  const preferred = tunnels.find(({ configured }) => configured);
  const up = tunnels.find((tunnel) => tunnel.up);
  if (preferred === undefined) return [];
  if (up !== undefined) {
    const fallback = up.transport_reason === null ? [] : [transportFallback(up, started_at)];
    return up === preferred ? fallback : [backupServer(preferred, up, started_at), ...fallback];
  }
  const tried = tunnels.filter((tunnel) => tunnel.down_reason !== null || tunnel.sessions > 0);
  return (tried.length > 0 ? tried : [preferred]).map((tunnel) => down(tunnel, started_at, now));
}

function backupServer(preferred: Tunnel, up: Tunnel, startedAt: string): FoundProblem {
  const why = preferred.down_cause === null ? "" : `: ${preferred.down_cause}`;
  return {
    code: "backup-server",
    subject: peerOf(preferred),
    since: up.since ?? startedAt,
    words: `The tunnel goes to "${peerOf(up)}" instead of "${peerOf(preferred)}"${why}`,
  };
}

function transportFallback(up: Tunnel, startedAt: string): FoundProblem {
  return {
    code: "transport-fallback",
    subject: peerOf(up),
    since: up.since ?? startedAt,
    words: `The tunnel to "${peerOf(up)}" is not over QUIC: ${up.transport_reason}`,
  };
}

function ofServer(status: ThreadStatus, now: number): FoundProblem[] {
  const { tunnels, started_at, uptime_seconds, name_conflicts } = status;
  const absent = tunnels.filter(({ up, configured }) => configured && !up);
  const hadTunnel = ({ connects, sessions }: Tunnel): boolean => connects > 0 || sessions > 0;
  const lost = absent.filter(hadTunnel);
  const never = uptime_seconds < ARRIVAL ? [] : absent.filter((tunnel) => !hadTunnel(tunnel));
  return [
    ...lost.map((tunnel): FoundProblem => ({
      ...down(tunnel, started_at, now),
      // Nobody is cut off, as far as is known here.
      ...(tunnel.sessions === 0 && { severity: "warning" }),
    })),
    ...never.map((tunnel): FoundProblem => ({
      code: "client-absent",
      subject: peerOf(tunnel),
      since: started_at,
      words: neverUp(tunnel),
    })),
    ...name_conflicts.map(({ client, address, holder, first_at }): FoundProblem => ({
      code: "name-in-use",
      subject: client,
      since: first_at,
      words: `"${client}" is connected from ${holder}, and ${address} tries to use the same name`,
    })),
  ];
}

function down(tunnel: Tunnel, startedAt: string, now: number): FoundProblem {
  const reason = reasonOf(tunnel);
  return {
    code: "tunnel-down",
    subject: peerOf(tunnel),
    since: tunnel.down_since ?? startedAt,
    words: reason === undefined ? neverUp(tunnel) : downWords(tunnel),
    remedy: remedyOf(reason, tunnel),
    next: nextOf(tunnel, now),
  };
}

function downWords(tunnel: Tunnel): string {
  const whose = tunnel.client === undefined ? "to" : "of";
  return `The tunnel ${whose} "${peerOf(tunnel)}" is down: ${tunnel.down_cause}`;
}

function neverUp(tunnel: Tunnel): string {
  return tunnel.client === undefined
    ? `The tunnel to "${peerOf(tunnel)}" is not up yet`
    : `Client "${peerOf(tunnel)}" has not connected since the daemon started`;
}

type Reason = keyof typeof TUNNEL_ENDS;

/** What to do; for a lost or failed connection the cause is in the problem's words. */
function remedyOf(
  reason: Reason | undefined,
  { client, down_reason }: Tunnel,
): string | undefined {
  const advice = client === undefined ? connectAdvice(down_reason ?? "") : undefined;
  if (advice !== undefined) return advice;
  const isPlain = reason === undefined || reason === "connection-lost" ||
    reason === "handshake-timeout";
  if (!isPlain) return TUNNEL_ENDS[reason].action;
  return client === undefined
    ? undefined
    : "See `status` of the client: it dials, and knows why it cannot connect.";
}

function reasonOf({ down_reason }: Tunnel): Reason | undefined {
  const word = down_reason?.split(":", 1)[0];
  return word !== undefined && Object.hasOwn(TUNNEL_ENDS, word) ? word as Reason : undefined;
}

/** What happens next by itself. */
function nextOf(tunnel: Tunnel, now: number): string {
  const { failed_attempts, next_attempt_at, held_until, sessions } = tunnel;
  const until = (time: string): number => (Date.parse(time) - now) / 1_000;
  const parts: string[] = [];
  if (next_attempt_at !== null) {
    const wait = until(next_attempt_at);
    const when = wait < 1 ? "is under way" : `follows in ${showSpan(wait)}`;
    parts.push(`attempt ${failed_attempts + 1} ${when}`);
  }
  if (held_until !== null) {
    const held = sessions === 1 ? "1 held session ends" : `${sessions} held sessions end`;
    parts.push(`${held} in ${showSpan(until(held_until))}`);
  }
  return parts.join("; ");
}
