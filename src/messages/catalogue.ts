import { MALFORMED, POLICY } from "./discovery_drops.ts";
import { EVENT_KINDS } from "./event_kinds.ts";
import type { Explanation } from "./explanation.ts";
import { FINDINGS } from "./findings.ts";
import { LOG_MESSAGES } from "./log_messages.ts";
import { PROBLEMS } from "./problems.ts";
import { SESSION_ENDS } from "./session_ends.ts";
import { LINK_DROPS, TUNNEL_DROPS } from "./tunnel_drops.ts";
import { TUNNEL_ENDS, VIOLATIONS } from "./tunnel_ends.ts";

/** The words of one kind. */
export interface Section {
  /** Heading, in the plural. */
  readonly title: string;
  /** The kind of one word. */
  readonly kind: string;
  /** Where the words are seen. */
  readonly seen: string;
  readonly words: Readonly<Record<string, Explanation>>;
}

/** What each drop reason means. */
export const DROP_REASONS: Readonly<Record<string, Explanation>> = {
  ...MALFORMED,
  ...POLICY,
  ...TUNNEL_DROPS,
  ...LINK_DROPS,
};

/** Everything that the daemon says in fixed words. */
export const CATALOGUE: readonly Section[] = [
  {
    title: "Log messages",
    kind: "log message",
    seen: "Field `message` of the log.",
    words: LOG_MESSAGES,
  },
  {
    title: "Events",
    kind: "event",
    seen: "Field `kind` of the admin API's events, and the page.",
    words: EVENT_KINDS,
  },
  {
    title: "Problems",
    kind: "problem",
    seen: "Field `code` of `problems` in the admin API's status; `status` shows them first.",
    words: PROBLEMS,
  },
  {
    title: "Ends of sessions",
    kind: "end of a session",
    seen: "Field `reason` of `session closed`, `sessions --past`, metric `sessions_closed_total`.",
    words: SESSION_ENDS,
  },
  {
    title: "Ends of tunnels",
    kind: "end of a tunnel",
    seen: "Field `reason` of tunnels, metrics `connections_rejected_total` and " +
      "`auth_failures_total`.",
    words: TUNNEL_ENDS,
  },
  {
    title: "Violations of the protocol",
    kind: "violation of the protocol",
    seen: "Field `detail` of tunnels that end with `protocol-violation`.",
    words: VIOLATIONS,
  },
  {
    title: "Drop reasons",
    kind: "drop reason",
    seen: "Field `reason` of `refused` and `dropped`, `status`, metric `drops_total`.",
    words: DROP_REASONS,
  },
  {
    title: "Findings",
    kind: "finding",
    seen:
      "In brackets after each line of `check` and `doctor`, `code` in their JSON and of `finding`.",
    words: FINDINGS,
  },
];

/** A word's explanation as one kind of thing. */
export interface Found extends Explanation {
  readonly kind: string;
}

/** Returns what a word means, once for each kind that has it; empty if it is unknown. */
export function findWord(word: string): Found[] {
  return CATALOGUE.flatMap(({ kind, words }) => {
    return Object.hasOwn(words, word) ? [{ kind, ...words[word] }] : [];
  });
}

/** Returns all words, sorted. */
export function allWords(): string[] {
  return [...new Set(CATALOGUE.flatMap(({ words }) => Object.keys(words)))].sort();
}
