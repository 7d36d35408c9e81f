import type { Finding } from "../config/finding.ts";
import { isLasting } from "../messages/findings.ts";

/** Exit codes and their meanings, as shown in help and in the manual pages. */
export const EXIT_CODES = {
  done: [0, "success"],
  failed: [1, "failed, or problems found"],
  usage: [2, "invalid command line"],
  unreachable: [3, "cannot reach a daemon"],
  notFound: [4, "not found in the daemon"],
  /** EX_CONFIG of sysexits.h: a restart does not help. */
  refused: [78, "the configuration or a file that it names is refused"],
} as const satisfies Record<string, readonly [code: number, meaning: string]>;

/** Name of an exit code. */
export type Exit = keyof typeof EXIT_CODES;

/** The failure of a command, with its exit code. */
export class CommandError extends Error {
  override name = "CommandError";
  readonly exit: Exit;

  constructor(exit: Exit, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exit = exit;
  }
}

/** Returns 78 if an error lasts until somebody changes a file, 1 for others, 0 without errors. */
export function exitCodeFor(findings: readonly Finding[]): number {
  const errors = findings.filter(({ severity }) => severity === "error");
  const isRefused = errors.some(({ code }) => isLasting(code));
  return EXIT_CODES[isRefused ? "refused" : errors.length > 0 ? "failed" : "done"][0];
}

/** Returns the exit code for an error. */
export function exitCodeOf(error: unknown): number {
  return EXIT_CODES[error instanceof CommandError ? error.exit : "failed"][0];
}
