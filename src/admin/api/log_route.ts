import { refuse } from "../http/problem.ts";
import type { Route } from "../http/route.ts";
import { mergeLines, readNext, type WantedLines } from "./log_lines.ts";
import { LogQuery } from "./request_schema.ts";
import { LogLines } from "./look_back_schema.ts";
import { answersOf } from "./shard_answers.ts";

/** Number of lines in an answer, unless the query says otherwise. */
const DEFAULT_LINES = 100;

/** Returns the last lines of the log, of all threads. */
export const LOG: Route = {
  method: "get",
  path: "/api/v1/log",
  summary: "The last lines of the log; with `after`, those since an earlier answer",
  query: LogQuery,
  answers: { 200: { description: "The lines, oldest first", schema: LogLines } },
  async handle(daemon, { context, query }) {
    const { level, topic, after, limit = DEFAULT_LINES } = query as LogQuery;
    const mayDebug = context.env.role === "act";
    if (level === "debug" && !mayDebug) {
      refuse(
        403,
        "Debug lines show customers' packets, as a capture does: use the socket of admin.socket " +
          "or the token of admin.token_file, or ask for level info",
      );
    }
    const process = String(Math.round(daemon.startedAt));
    const wanted: WantedLines = {
      level: level ?? (mayDebug ? "debug" : "info"),
      topic,
      after: after === undefined ? undefined : readNext(after, process),
      limit,
    };
    return mergeLines(await answersOf(daemon, "lines", wanted), wanted, process);
  },
};
