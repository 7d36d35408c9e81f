// deno-lint-ignore-file camelcase -- keys are those of the JSON
/** What was dropped or refused too often in the last hour, from a status. Pure. */
import { DROP_REASONS } from "../../messages/catalogue.ts";
import type { ProblemCode } from "../../messages/problems.ts";
import { TUNNEL_ENDS } from "../../messages/tunnel_ends.ts";
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

/** Rejections that a stranger's port scan does not cause. */
const LOGINS = ["not-authenticated", "unsupported-version"] as const;

/** Problems of counters; `now` is the time in milliseconds since 1970. */
export function countedProblems(
  { last_hour: { drops, rejected, kernel_drops }, interface: { name } }: ThreadStatus,
  now: number,
): FoundProblem[] {
  const dropped = (["refusals", "drops"] as const).flatMap((code) =>
    Object.entries(NOTABLE[code]).filter(([reason, least]) => (drops[reason]?.count ?? 0) >= least)
      .map(([reason]) => counted(code, reason, drops[reason], now))
  );
  const logins = LOGINS.filter((reason) => rejected[reason] !== undefined).map((reason) => ({
    ...counted("logins-refused", reason, rejected[reason], now),
    words: `${often(rejected[reason], now, "connection")}: ${
      TUNNEL_ENDS[reason].meaning.replace(/\.$/, "")
    }`,
  }));
  if (kernel_drops === null) return [...dropped, ...logins];
  const words = `The kernel dropped ${often(kernel_drops, now, "received frame")}`;
  return [...dropped, ...logins, {
    ...{ code: "kernel-drops", subject: name, since: kernel_drops.first_at, words },
  }];
}

function counted(code: ProblemCode, reason: string, recent: Recently, now: number): FoundProblem {
  const { meaning, action } = DROP_REASONS[reason] ?? { meaning: "" };
  const what = code === "refusals" ? "packet" : "frame";
  return {
    code,
    subject: reason,
    since: recent.first_at,
    words: `${often(recent, now, what)}: ${meaning.replace(/\.$/, "")}`,
    ...(action !== undefined && { remedy: action }),
  };
}

function often({ count, last_at }: Recently, now: number, what: string): string {
  const ago = showSpan((now - Date.parse(last_at)) / 1_000);
  const things = `${count} ${what}${count === 1 ? "" : "s"}`;
  return `${things} in the last hour, the last one ${ago} ago`;
}
