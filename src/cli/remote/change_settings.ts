/** Commands that change a running daemon's settings. */
import * as v from "valibot";
import { Reloaded } from "../../admin/api/reload_schema.ts";
import { LogLevels, ProblemDetails } from "../../admin/api/response_schema.ts";
import { ProblemError } from "./admin_client.ts";
import { LOG_LEVELS } from "../../config/log_levels.ts";
import { type Arguments, oneOf, UsageError } from "../arguments.ts";
import { askDaemon } from "./ask_daemon.ts";
import { printError, printLine } from "../terminal/output.ts";

const LOG_LEVEL = "/api/v1/log-level";

/** `reload`: reloads the daemon's configuration; exit code 1 if the daemon refuses the new one. */
export async function reloadCommand(args: Arguments): Promise<number> {
  let answer: Reloaded;
  try {
    answer = await askDaemon(args, { method: "POST", path: "/api/v1/reload" }, Reloaded);
  } catch (error) {
    if (error instanceof ProblemError) await printIssues(error);
    throw error;
  }
  if (args.switches.has("json")) return await printLine(JSON.stringify(answer)).then(() => 0);
  if (answer.result === "unchanged") await printLine("No changes.");
  for (const { key, change } of answer.applied) {
    const how = typeof change === "string" && change !== "changed" ? ` (${change})` : "";
    await printLine(`Applied: ${key}${how}`);
  }
  for (const { key } of answer.needs_restart) await printLine(`Needs a restart: ${key}`);
  for (const { code, words, remedy } of answer.findings) {
    await printLine(`Warning: ${words}; ${remedy} [${code}]`);
  }
  return 0;
}

async function printIssues({ facts }: ProblemError): Promise<void> {
  const issues = v.safeParse(ProblemDetails.entries.errors, facts.errors);
  const all = issues.success ? issues.output ?? [] : [];
  for (const { line, variable, path, message, code } of all) {
    const source = variable ?? (line === undefined ? "" : `line ${line}`);
    const place = [source, path].filter((it) => it !== "");
    const suffix = code === undefined ? "" : ` [${code}]`;
    await printError(`${[...place, message].join(": ")}${suffix}`);
  }
}

/**
 * `log-level [LEVEL] [--topic TOPIC]`: shows the level, or changes it until a restart or a reload
 * of a changed [log] table.
 */
export async function logLevelCommand(args: Arguments): Promise<number> {
  const [level] = args.positionals;
  const topic = args.values.get("topic");
  if (level === undefined) {
    if (topic !== undefined) {
      throw new UsageError("No level given: log-level LEVEL --topic TOPIC");
    }
    await printLevels(await askDaemon(args, { path: LOG_LEVEL }, LogLevels));
    return 0;
  }
  const body = { level: oneOf(level, LOG_LEVELS.join("|"), "a level"), topic };
  const request = { method: "PATCH", path: LOG_LEVEL, body } as const;
  await printLevels(await askDaemon(args, request, LogLevels));
  return 0;
}

async function printLevels({ level, topics }: LogLevels): Promise<void> {
  const lines = Object.entries(topics).map(([topic, of]) => `  ${topic}: ${of}`);
  await printLine([`Level: ${level}`, ...lines].join("\n"));
}
