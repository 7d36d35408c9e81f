import type { Condition } from "../../daemon/condition.ts";
import type { ProblemCode } from "../../messages/problems.ts";
import type { Problem } from "./problem_schema.ts";
import type { Status } from "./response_schema.ts";

/** The status of one thread, whose conditions become problems. */
export type ThreadStatus = Omit<Status, "problems"> & { conditions: readonly Condition[] };

/** A problem before it has everything that its code says of it. */
export type FoundProblem =
  & { code: ProblemCode; subject: string; since: string; words: string }
  & { [Key in "severity" | "remedy" | "next"]?: Problem[Key] | undefined };
