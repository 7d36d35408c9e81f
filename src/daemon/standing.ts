import { LineLimit, suppressedFact } from "../line_limit.ts";
import { logger } from "../log.ts";
import { type ProblemCode, PROBLEMS } from "../messages/problems.ts";
import type { Condition } from "./condition.ts";

const discoveryLog = logger("discovery");
const configLog = logger("config");
const tunnelLog = logger("tunnel");

/** A condition whose begin is noted here. */
export type Holding = Omit<Condition, "since">;

/** Maximum number of conditions at a time. */
const MAX_HOLDING = 64;
/** Lines in a burst; beyond it, one a second. */
const BURST = 16;

/** Conditions that hold, each since it was first seen. */
export class Standing {
  #wallClock: () => number;
  #lines: LineLimit;
  #holding = new Map<string, Condition>();

  /** Both clocks are in milliseconds; `now` is monotonic. */
  constructor(wallClock: () => number, now: () => number) {
    this.#wallClock = wallClock;
    this.#lines = new LineLimit(now, BURST);
  }

  /** Takes all conditions that hold now, and logs those that begin and end. */
  update(conditions: readonly Holding[]): void {
    const before = this.#holding;
    this.#holding = new Map();
    for (const condition of conditions.slice(0, MAX_HOLDING)) {
      const key = `${condition.code} ${condition.subject}`;
      const known = before.get(key);
      before.delete(key);
      if (known === undefined) this.#began(condition);
      this.#holding.set(key, { ...condition, since: known?.since ?? this.#wallClock() });
    }
    for (const condition of before.values()) this.#ended(condition);
  }

  /** The conditions of the last update. */
  current(): Condition[] {
    return [...this.#holding.values()];
  }

  #began({ code, subject, words, remedy = PROBLEMS[code].action }: Holding): void {
    this.#lines.log("began", (suppressed) => {
      const facts = {
        problem: code,
        subject,
        detail: words,
        remedy,
        ...suppressedFact(suppressed),
      };
      topicOf(code).warning("needs attention", facts);
    });
  }

  #ended({ code, subject }: Holding): void {
    this.#lines.log("ended", (suppressed) => {
      const facts = { problem: code, subject, ...suppressedFact(suppressed) };
      topicOf(code).info("needs no attention", facts);
    });
  }
}

function topicOf(code: ProblemCode): typeof discoveryLog {
  if (code.startsWith("path-")) return tunnelLog;
  return code.startsWith("ac-") || code === "offers-ignored" ? discoveryLog : configLog;
}
