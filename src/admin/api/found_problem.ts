import type { Condition } from "../../daemon/conditions.ts";
import type { ProblemCode } from "../../messages/problems.ts";
import type { Problem } from "./problem_schema.ts";
import type { Status } from "./response_schema.ts";

/** The status of one thread, whose conditions become problems. */
export type ThreadStatus = Omit<Status, "problems"> & { conditions: readonly Condition[] };

/** A problem before it has everything that its code says of it. */
export type FoundProblem =
  & { code: ProblemCode; subject: string; since: string; words: string }
  & Partial<Pick<Problem, "severity" | "remedy" | "next">>;
