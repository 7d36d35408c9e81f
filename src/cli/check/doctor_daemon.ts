import type { DaemonFacts } from "../../checks/check.ts";
import { Status } from "../../admin/api/response_schema.ts";
import { adminSocket } from "../../config/admin_socket.ts";
import type { Config } from "../../config/types.ts";
import { AdminClient, UnreachableError } from "../remote/admin_client.ts";
import { showSpan } from "../terminal/amounts.ts";
import { isSameFile } from "../remote/ask_daemon.ts";
import { type DoctorCheck, runDoctorCheck } from "./doctor_check.ts";
import { CommandError } from "../exit_codes.ts";
import { isListening } from "../remote/find_socket.ts";

/** The status of a configuration's daemon if it responds; otherwise whether it may be running. */
export type DaemonState = Status | "stopped" | "unknown";

/** What the checks need to know of the daemon. */
export function factsOf(daemon: DaemonState): DaemonFacts {
  if (typeof daemon === "object") return { pid: daemon.pid, mayRun: false };
  return { pid: undefined, mayRun: daemon === "unknown" };
}

/** Looks for the daemon of a configuration: some checks would disturb it. */
export async function askForDaemon(
  config: Config,
): Promise<{ daemon: DaemonState; examined: DoctorCheck[] }> {
  let daemon: DaemonState = "unknown";
  const options = { name: "daemon", code: "daemon-not-ready", file: config.file } as const;
  const examined = await runDoctorCheck(options, async (findings) => {
    const socket = adminSocket(config, Deno.env.get("RUNTIME_DIRECTORY"));
    if (socket === undefined) return 'cannot tell whether it is running: admin.socket is ""';
    try {
      const status = await readStatus(socket.path);
      if (!await isSameFile(status.config_file, config.file)) {
        daemon = "stopped";
        findings.add("warning", "socket-of-other", "admin.socket", {
          words: `"${socket.path}" is the socket of the daemon of "${status.config_file}"`,
          remedy: 'give each its own "socket" under [admin]',
        });
        return "";
      }
      daemon = status;
      const words = `running for ${showSpan(status.uptime_seconds)}`;
      if (status.ready) return `${words}, ready`;
      const remedy = "see its log";
      findings.add("warning", "daemon-not-ready", "", { words: `${words}, not ready`, remedy });
      return "";
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (!await isListening(socket.path)) {
        daemon = "stopped";
        return `not running (${socket.path})`;
      }
      const said = error instanceof UnreachableError
        ? { words: error.words, remedy: error.remedy }
        : { words: error.message, remedy: "see its log" };
      findings.add("warning", "daemon-not-ready", "", said);
      return "";
    }
  });
  return { daemon, examined };
}

async function readStatus(socket: string): Promise<Status> {
  using client = new AdminClient(socket);
  return await client.json({ path: "/api/v1/status" }, Status);
}
