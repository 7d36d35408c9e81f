import { CommandError } from "../exit_codes.ts";
import { printError } from "../terminal/output.ts";
import { StdoutReader } from "../terminal/stdout_reader.ts";

/** Pause between two questions, in milliseconds. */
const PAUSE = 1_000;

/**
 * Calls `ask` again and again, until the reader of stdout closes. `ask` returns or throws when it is
 * time for the next turn; a daemon that restarts is waited for, and named once.
 */
export async function follow(ask: (left: AbortSignal) => Promise<void>): Promise<void> {
  using reader = new StdoutReader();
  let isAway = false;
  while (!reader.left.aborted) {
    try {
      await ask(reader.left);
      isAway = false;
    } catch (error) {
      if (reader.left.aborted) return;
      // The daemon may be restarting.
      if (!(error instanceof CommandError) || error.exit !== "unreachable") throw error;
      if (!isAway) await printError(`${error.message}; waiting for it`);
      isAway = true;
    }
    await reader.wait(PAUSE);
  }
}
