/** How commands end, as help and manual pages have it. */
export const EXIT_CODES = {
  done: [0, "done"],
  failed: [1, "failed, or something is wrong"],
  usage: [2, "wrong usage"],
  unreachable: [3, "no daemon was reached"],
  notFound: [4, "the daemon has no such thing"],
  /** EX_CONFIG of sysexits.h: trying again does not help. */
  refused: [78, "`run` does not start with this configuration, or with a file that it names"],
} as const satisfies Record<string, readonly [code: number, meaning: string]>;

/** A word for each exit code. */
export type Exit = keyof typeof EXIT_CODES;

/** A command failed in a way that has an exit code of its own. */
export class CommandError extends Error {
  override name = "CommandError";
  readonly exit: Exit;

  constructor(exit: Exit, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exit = exit;
  }
}

/** The exit code that an error means. */
export function exitCodeOf(error: unknown): number {
  return EXIT_CODES[error instanceof CommandError ? error.exit : "failed"][0];
}
