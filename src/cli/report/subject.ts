/** What a report is about. */
import { Status } from "../../admin/api/response_schema.ts";
import type { CommandError } from "../exit_codes.ts";
import { type AdminClient, UnreachableError } from "../remote/admin_client.ts";
import type { Subject } from "./parts.ts";

/**
 * Returns what can be known of the daemon, whatever fails. A daemon that hangs is not asked for each
 * part again, which would take minutes.
 */
export async function subjectOf(
  daemon: AdminClient | CommandError,
  config: string | undefined,
): Promise<{ subject: Subject; fingerprints: string[] }> {
  const none = (found = daemon) => ({
    subject: { daemon: found, config, pid: undefined },
    fingerprints: [],
  });
  if (daemon instanceof Error) return none();
  try {
    const status = await daemon.json({ path: "/api/v1/status" }, Status);
    return {
      subject: { daemon, config: config ?? status.config_file, pid: status.pid },
      fingerprints: status.certificates.map(({ sha256 }) => sha256),
    };
  } catch (error) {
    return none(error instanceof UnreachableError ? error : daemon);
  }
}
