// deno-lint-ignore-file camelcase -- keys are those of the JSON
/** What was dropped or refused too often in the last hour, from a status. Pure. */
import { DROP_REASONS } from "../../messages/catalogue.ts";
import type { Explanation } from "../../messages/explanation.ts";
import type { ProblemCode } from "../../messages/problems.ts";
import { SESSION_ENDS } from "../../messages/session_ends.ts";
import { TUNNEL_ENDS } from "../../messages/tunnel_ends.ts";
import type { SessionEnd } from "../../proxy/session/session.ts";
import { showSpan } from "../../span.ts";
import type { Recently } from "./problem_schema.ts";
import type { FoundProblem, ThreadStatus } from "./found_problem.ts";

/**
 * Drops that are a problem from this number an hour on. All others are normal, or follow from a
 * problem of their own.
 */
const NOTABLE: Readonly<Record<"refusals" | "drops", Readonly<Record<string, number>>>> = {
  refusals: {
    "ac-address-spoofed": 1,
    "ac-cookie-missing": 1,
    "customer-session-limit": 1,
    "discovery-rate": 10,
    "discovery-too-long": 1,
    "host-session": 1,
    "host-uniq-busy": 1,
    "host-uniq-forged": 1,
    "mac-in-use": 1,
    "offer-rate": 10,
    "own-address": 1,
    "padi-rate": 20,
    "pending-limit": 1,
    "session-limit": 1,
  },
  drops: {
    "control-excess": 1,
    "datagram-malformed": 1,
    "frame-too-long": 1,
    "queue-full": 1,
    "queue-stale": 1_000,
    "receive-joined": 1,
    "receive-truncated": 1,
    "transmit-error": 1,
    "transmit-full": 100,
    "tunnel-frame-unfit": 10,
  },
};

/** Ends of sessions that neither host nor an operator wanted. */
const UNWANTED: readonly SessionEnd[] = [
  "ac-address",
  "address-changed",
  "not-resumed",
  "server-changed",
  "tunnel-lost",
];

/** Problems of counters; `now` is the time in milliseconds since 1970. */
export function countedProblems(
  { last_hour: { drops, rejected, ended, kernel_drops }, interface: { name } }: ThreadStatus,
  now: number,
): FoundProblem[] {
  const dropped = (["refusals", "drops"] as const).flatMap((code) =>
    Object.entries(NOTABLE[code]).filter(([reason, least]) => (drops[reason]?.count ?? 0) >= least)
      .map(([reason]) => ofReason(code, reason, drops[reason], DROP_REASONS[reason], now))
  );
  const lost = UNWANTED.filter((end) => ended[end] !== undefined)
    .map((end) => ofReason("sessions-ended", end, ended[end], SESSION_ENDS[end], now));
  const version = rejected["unsupported-version"];
  return [
    ...dropped,
    ...lost,
    ...(version === undefined ? [] : [
      ofReason("logins-refused", "version", version, TUNNEL_ENDS["unsupported-version"], now),
    ]),
    ...(kernel_drops === null ? [] : [{
      ...{ code: "kernel-drops" as const, subject: name, since: kernel_drops.first_at },
      words: `The kernel dropped ${often(kernel_drops, now, "received frame")}`,
    }]),
  ];
}

/** What is counted, in the singular. */
const COUNTED: Readonly<Partial<Record<ProblemCode, string>>> = {
  "logins-refused": "connection",
  "refusals": "packet",
  "sessions-ended": "session",
};

function ofReason(
  code: ProblemCode,
  subject: string,
  recent: Recently,
  { meaning, action }: Explanation,
  now: number,
): FoundProblem {
  return {
    ...{ code, subject, since: recent.first_at },
    words: `${often(recent, now, COUNTED[code] ?? "frame")}: ${meaning.replace(/\.$/, "")}`,
    ...(action !== undefined && { remedy: action }),
  };
}

function often({ count, last_at }: Recently, now: number, what: string): string {
  const ago = showSpan((now - Date.parse(last_at)) / 1_000);
  const things = `${count} ${what}${count === 1 ? "" : "s"}`;
  return `${things} in the last hour, the last one ${ago} ago`;
}
