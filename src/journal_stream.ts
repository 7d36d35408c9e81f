import { fileIdentity } from "../ffi/file/file_identity.ts";

/**
 * Whether stderr is connected to journald (systemd.exec(5), $JOURNAL_STREAM), which reads a priority
 * at the start of each line (sd-daemon(3)).
 */
export function isJournalOnStderr(): boolean {
  const stream = Deno.env.get("JOURNAL_STREAM");
  return stream !== undefined && stream === fileIdentity(2);
}
