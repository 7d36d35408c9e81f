// deno-lint-ignore-file camelcase -- keys are those of the JSON
/** What was dropped or refused too often in the last hour, from a status. Pure. */
import { namingInterface, NOTABLE } from "../../daemon/notable_drops.ts";
import { DROP_REASONS } from "../../messages/catalogue.ts";
import type { Explanation } from "../../messages/explanation.ts";
import type { ProblemCode } from "../../messages/problems.ts";
import { SESSION_ENDS } from "../../messages/session_ends.ts";
import { TUNNEL_ENDS } from "../../messages/tunnel_ends.ts";
import type { SessionEnd } from "../../proxy/session/session.ts";
import { showSpan } from "../../span.ts";
import type { Recently } from "./problem_schema.ts";
import type { FoundProblem, ThreadStatus } from "./found_problem.ts";

/** Ends of sessions that neither host nor an operator wanted. */
const UNWANTED: readonly SessionEnd[] = [
  "ac-address",
  "address-changed",
  "not-resumed",
  "server-changed",
  "tunnel-lost",
];

/** Refused connections that are a problem from this number an hour on, and their subject. */
const REJECTED = {
  "too-many-connections": ["connections", 20],
  "unsupported-version": ["version", 1],
} as const;

/** Problems of counters; `now` is the time in milliseconds since 1970. */
export function countedProblems(
  { last_hour: { drops, rejected, ended, kernel_drops }, interface: { name } }: ThreadStatus,
  now: number,
): FoundProblem[] {
  const dropped = (["refusals", "drops"] as const).flatMap((code) =>
    Object.entries(NOTABLE[code]).filter(([reason, least]) => (drops[reason]?.count ?? 0) >= least)
      .map(([reason]) => ofReason(code, reason, drops[reason], explained(code, reason, name), now))
  );
  const lost = UNWANTED.filter((end) => ended[end] !== undefined)
    .map((end) => ofReason("sessions-ended", end, ended[end], SESSION_ENDS[end], now));
  const refused = Object.entries(REJECTED).flatMap(([reason, [subject, least]]) => {
    const recent = rejected[reason];
    if (recent === undefined || recent.count < least) return [];
    const end = TUNNEL_ENDS[reason as keyof typeof REJECTED];
    return [ofReason("logins-refused", subject, recent, end, now)];
  });
  return [
    ...dropped,
    ...lost,
    ...refused,
    ...(kernel_drops === null ? [] : [{
      ...{ code: "kernel-drops" as const, subject: name, since: kernel_drops.first_at },
      words: `The kernel dropped ${often(kernel_drops, now, "received frame")}`,
    }]),
  ];
}

/** Each refusal has a line in the log with the address of the host. */
function explained(code: "refusals" | "drops", reason: string, name: string): Explanation {
  const { meaning, action } = DROP_REASONS[reason];
  if (code === "drops") {
    return action === undefined ? { meaning } : { meaning, action: namingInterface(action, name) };
  }
  return { meaning, action: [action ?? [], "The log names the host."].flat().join(" ") };
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
