import { logger } from "../log.ts";
import type { UncleanEnd } from "../state/run_mark.ts";
import type { Recent } from "./recent.ts";

const log = logger("state");

/** What is said of a process that did not stop, and what to do. */
const WORDS: Readonly<Record<UncleanEnd, { readonly words: string; readonly remedy: string }>> = {
  "killed": {
    words:
      "The process before this one did not stop: it crashed, or was killed because memory was " +
      "short, by a watchdog, or by hand",
    remedy: "The service manager's log says which (`journalctl -u pppoe-proxy`), the kernel's " +
      "(`dmesg`) if memory was short.",
  },
  "machine-reset": {
    words:
      "The machine stopped without stopping the daemon: it was switched off or reset, or its " +
      "kernel crashed",
    remedy: "See the end of the log of its last run: `journalctl -b -1 -e`.",
  },
};

/**
 * Logs that the process before did not stop, if so. It needs attention if it was alone in that:
 * machines are switched off.
 */
export function noteEarlierProcess(
  end: UncleanEnd | undefined,
  { crashes }: Pick<Recent, "crashes">,
): void {
  if (end === undefined) return;
  const { words, remedy } = WORDS[end];
  log.warning("earlier process did not stop", { detail: words, remedy });
  if (end === "killed") crashes.note(end, WORDS[end]);
}
