import type { ProblemCode } from "../messages/problems.ts";

/** Something in the daemon or its surroundings that needs attention while it holds. */
export interface Condition {
  readonly code: ProblemCode;
  readonly subject: string;
  /** Wall-clock time, in milliseconds. */
  readonly since: number;
  readonly words: string;
  /** Where the code's own does not fit. */
  readonly severity?: "critical" | "warning" | undefined;
  readonly remedy?: string | undefined;
}
