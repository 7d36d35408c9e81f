import { Status } from "../../admin/api/response_schema.ts";
import { adminSocket } from "../../config/admin_socket.ts";
import type { Config } from "../../config/types.ts";
import { AdminClient } from "../remote/admin_client.ts";
import { showSpan } from "../terminal/amounts.ts";
import { isSameFile } from "../remote/ask_daemon.ts";
import type { DoctorCheck } from "./doctor_check.ts";
import { CommandError } from "../exit_codes.ts";
import { isListening } from "../remote/find_socket.ts";

/** The status of a configuration's daemon if it responds; otherwise whether it may be running. */
export type DaemonState = Status | "stopped" | "unknown";

/** Looks for the daemon of a configuration: some checks would disturb it. */
export async function askForDaemon(
  config: Config,
): Promise<{ daemon: DaemonState; examined: DoctorCheck }> {
  const line = (daemon: DaemonState, verdict: DoctorCheck["verdict"], text: string) => ({
    daemon,
    examined: { name: "daemon", verdict, text },
  });
  const socket = adminSocket(config, Deno.env.get("RUNTIME_DIRECTORY"));
  if (socket === undefined) {
    return line("unknown", "ok", 'cannot tell whether it is running: admin.socket is ""');
  }
  using client = new AdminClient(socket.path);
  try {
    const status = await client.json({ path: "/api/v1/status" }, Status);
    if (!await isSameFile(status.config_file, config.file)) {
      return line(
        "stopped",
        "warning",
        `"${socket.path}" is the socket of the daemon of "${status.config_file}"; give each its own "socket" under [admin]`,
      );
    }
    const span = showSpan(status.uptime_seconds);
    return status.ready
      ? line(status, "ok", `running for ${span}, ready`)
      : line(status, "warning", `running for ${span}, not ready; see its log`);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return await isListening(socket.path)
      ? line("unknown", "warning", error.message)
      : line("stopped", "ok", `not running (${socket.path})`);
  }
}
