import { ConfigError } from "../../config/config_error.ts";
import { sentence } from "../../config/finding.ts";
import type { Daemon } from "../../daemon/daemon.ts";
import { ReloadInProgressError } from "../../daemon/reload.ts";
import { problem } from "../http/problem.ts";
import type { Route } from "../http/route.ts";
import { Reloaded } from "./reload_schema.ts";

/** Reloads the configuration. */
export const RELOAD: Route = {
  method: "post",
  path: "/api/v1/reload",
  summary: "Reloads the configuration and the files that it names; open sessions continue",
  answers: {
    200: { description: "The changes applied, and those that need a restart", schema: Reloaded },
  },
  handle: reload,
};

async function reload(daemon: Daemon): Promise<object> {
  try {
    const { result, applied, needsRestart, findings } = await daemon.reload();
    return { result, applied, needs_restart: needsRestart, findings };
  } catch (error) {
    if (error instanceof ReloadInProgressError) return problem(409, error.message);
    if (!(error instanceof ConfigError)) throw error;
    return problem(
      422,
      `Cannot use "${error.file}"; kept the running configuration`,
      error.issues.map(plain),
    );
  }
}

function plain({ path, line, variable, code, words, remedy }: ConfigError["issues"][number]) {
  const message = sentence({ words, remedy });
  return {
    path,
    message,
    code,
    words,
    remedy,
    ...(line !== undefined && { line }),
    ...(variable !== undefined && { variable }),
  };
}
