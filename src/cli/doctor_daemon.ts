import { Status } from "../admin/schema.ts";
import { adminSocket } from "../config/admin_socket.ts";
import type { Config } from "../config/types.ts";
import { AdminClient } from "./admin_client.ts";
import { showSpan } from "./amounts.ts";
import { CommandError } from "./exit_codes.ts";
import type { Examined } from "./examination.ts";

/** The daemon of a configuration, if it runs: some examinations would disturb it. */
export async function runningDaemon(
  config: Config,
): Promise<{ status: Status | undefined; examined: Examined[] }> {
  const line = (verdict: Examined["verdict"], text: string): Examined[] => [
    { name: "daemon", verdict, text },
  ];
  const socket = adminSocket(config, Deno.env.get("RUNTIME_DIRECTORY"));
  if (socket === undefined) {
    return {
      status: undefined,
      examined: line("ok", 'whether it runs is not known: admin.socket is ""'),
    };
  }
  using client = new AdminClient(socket.path);
  try {
    const status = await client.json({ path: "/api/v1/status" }, Status);
    const span = showSpan(status.uptime_seconds);
    return {
      status,
      examined: status.ready
        ? line("ok", `runs for ${span} and is ready`)
        : line("warning", `runs for ${span} and is not ready; see its log`),
    };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (error.exit !== "unreachable") {
      return { status: undefined, examined: line("warning", error.message) };
    }
    return { status: undefined, examined: line("ok", `none runs (${socket.path})`) };
  }
}
