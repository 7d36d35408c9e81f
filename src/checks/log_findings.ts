import type { Finding } from "../config/finding.ts";
import type { Logger } from "../log.ts";
import type { FindingCode } from "../messages/findings.ts";

/** Findings that the daemon logs in lines of their own, again and again while they last. */
const OWN_LINES: ReadonlySet<FindingCode> = new Set([
  "certificate-expired",
  "certificate-expiring",
  "certificate-not-yet-valid",
  "secret-shared",
]);

/** Logs findings as warnings, except for notes, which are only for people who ask. */
export function logFindings(log: Logger, findings: readonly Finding[]): void {
  for (const { code, severity, words, remedy, place } of findings) {
    if (severity === "note" || OWN_LINES.has(code)) continue;
    const { file, line, key } = place ?? {};
    log.warning("finding", { code, words, remedy, file, line, key });
  }
}
