import { ControlType } from "../../tunnel/record/record.ts";
import { encodeEnded, type EndedSession } from "../../tunnel/session_ended.ts";
import type { Tunnel } from "../../tunnel/tunnel.ts";

/**
 * Queues why sessions end, ahead of their PADTs, for a peer that reads it. The reason is only for
 * the other side's log, so it is left out if there is no room.
 */
export function reportEnded(
  { readsEnded, writer }: Pick<Tunnel, "readsEnded" | "writer">,
  ended: readonly EndedSession[],
): void {
  if (!readsEnded) return;
  for (const body of encodeEnded(ended)) writer.control(ControlType.ended, body);
}
