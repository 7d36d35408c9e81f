// deno-lint-ignore-file camelcase -- keys are those of the JSON
/** What needs attention, from a status. Pure. */
import { EXPIRY_WARNING } from "../../config/files/certificate_dates.ts";
import type { Condition } from "../../daemon/condition.ts";
import { type ProblemExplanation, PROBLEMS } from "../../messages/problems.ts";
import { countedProblems } from "./counted_problems.ts";
import type { FoundProblem, ThreadStatus } from "./found_problem.ts";
import type { Problem } from "./problem_schema.ts";
import { tunnelProblems } from "./tunnel_problems.ts";

/** Maximum number of problems with one code; one more says how many others there are. */
const MAX_OF_CODE = 20;

/** Returns what needs attention, the worst first; `now` is the time in milliseconds since 1970. */
export function problemsOf(status: ThreadStatus, now: number): Problem[] {
  const found = [
    ...interfaceProblems(status),
    ...tunnelProblems(status, now),
    ...conditionProblems(status),
    ...certificateProblems(status, now),
    ...countedProblems(status, now),
  ];
  return bounded(found.map(completed).sort(worstFirst));
}

function completed({ code, severity, subject, since, words, remedy, next }: FoundProblem): Problem {
  const known: ProblemExplanation = PROBLEMS[code];
  return {
    code,
    severity: severity ?? known.severity,
    subject,
    since,
    words,
    remedy: remedy ?? known.action,
    ...(next !== undefined && next !== "" && { next }),
  };
}

const ORDER = Object.keys(PROBLEMS);

function worstFirst(one: Problem, other: Problem): number {
  const rank = ({ severity, code }: Problem): number =>
    (severity === "critical" ? 0 : ORDER.length) + ORDER.indexOf(code);
  return rank(one) - rank(other) || Date.parse(one.since) - Date.parse(other.since);
}

/** Keeps as many of each code as anybody reads, and says how many others there are. */
function bounded(problems: readonly Problem[]): Problem[] {
  const byCode = Map.groupBy(problems, ({ code, severity }) => `${severity} ${code}`);
  return [...byCode.values()].flatMap((same) => {
    const kept = same.slice(0, MAX_OF_CODE);
    const more = same.slice(MAX_OF_CODE);
    if (more.length === 0) return kept;
    const subject = `${more.length} more`;
    const words = `${more.length} more have the problem "${more[0].code}"`;
    const { next: _, ...first } = more[0];
    return [...kept, { ...first, subject, words }];
  });
}

function interfaceProblems({ interface: link, started_at }: ThreadStatus): FoundProblem[] {
  if (link.up) return [];
  const found = { code: "interface-down", subject: link.name } as const;
  const since = link.down_since ?? started_at;
  const renamed = /^interface renamed to "(.*)"$/.exec(link.down_reason ?? "")?.[1];
  if (renamed !== undefined) {
    return [{
      ...{ ...found, since, words: `Interface "${link.name}" is now called "${renamed}"` },
      remedy:
        `Set it down and give it back its name, \`ip link set ${renamed} name ${link.name}\`; ` +
        "or change `[interface] name` and restart the daemon.",
    }];
  }
  const isGone = link.down_reason === "interface gone";
  const isPlain = isGone || link.down_reason === null || link.down_reason === "interface down";
  const state = isGone ? "does not exist any more" : "is down";
  return [{
    ...found,
    since,
    words: `Interface "${link.name}" ${state}${isPlain ? "" : `: ${link.down_reason}`}`,
    remedy: isGone
      ? "Create or connect it again under this name; the daemon then continues by itself."
      : PROBLEMS["interface-down"].action.replace("INTERFACE", link.name),
  }];
}

/** Threads share a machine, so that each condition counts once. */
function conditionProblems({ conditions }: ThreadStatus): FoundProblem[] {
  const byKey = new Map<string, Condition>();
  for (const condition of conditions) {
    const key = `${condition.code} ${condition.subject}`;
    const known = byKey.get(key);
    if (known === undefined || condition.since < known.since) byKey.set(key, condition);
  }
  return [...byKey.values()].map(({ since, ...condition }) => ({
    ...condition,
    since: new Date(since).toISOString(),
  }));
}

function certificateProblems(
  { certificates, started_at }: ThreadStatus,
  now: number,
): FoundProblem[] {
  return certificates.flatMap((certificate): FoundProblem[] => {
    const { path: subject, warning: words, not_before, not_after } = certificate;
    if (words === null) return [];
    if (not_before !== null && now < Date.parse(not_before)) {
      return [{ code: "clock-wrong", subject, since: started_at, words }];
    }
    const isOver = not_after !== null && now > Date.parse(not_after);
    return [{
      code: isOver ? "certificate-expired" : "certificate-expiring",
      subject,
      since: isOver ? not_after : warnedSince(not_after ?? started_at),
      words,
    }];
  });
}

function warnedSince(notAfter: string): string {
  return new Date(Date.parse(notAfter) - EXPIRY_WARNING).toISOString();
}
