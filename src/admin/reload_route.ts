import { ConfigError } from "../config/config_error.ts";
import type { Daemon } from "../proxy/daemon_interface.ts";
import { ReloadInProgressError } from "../proxy/reload.ts";
import { problem } from "./problem.ts";
import type { Route } from "./route.ts";
import { Reloaded } from "./schema.ts";

/** Reads the configuration anew. */
export const RELOAD: Route = {
  method: "post",
  path: "/api/v1/reload",
  summary: "Reads the configuration and the files that it names anew; open sessions go on",
  answers: {
    200: { description: "What was applied, and what waits for a restart", schema: Reloaded },
  },
  handle: reload,
};

async function reload(daemon: Daemon): Promise<object> {
  try {
    const { result, applied, needsRestart } = await daemon.reload();
    return { result, applied, needs_restart: needsRestart };
  } catch (error) {
    if (error instanceof ReloadInProgressError) return problem(409, error.message);
    if (!(error instanceof ConfigError)) throw error;
    return problem(422, `Cannot use "${error.file}"; all is as before`, error.issues.map(plain));
  }
}

function plain({ path, line, message }: ConfigError["issues"][number]) {
  return { path, message, ...(line !== undefined && { line }) };
}
