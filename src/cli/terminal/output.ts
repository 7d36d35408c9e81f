import { isJournalOnStderr } from "../../journal_stream.ts";

const encoder = new TextEncoder();
/** Priority "err" of a line in the journal (sd-daemon(3), SD_ERR). */
const ERROR_PRIORITY = "<3>";

/** Prints a line to stdout; ignores that its reader has closed (`| head`). */
export async function printLine(text: string): Promise<void> {
  await writeAll(Deno.stdout, text);
}

/** Prints lines to stderr, prefixed with the program's name; in the journal they are errors. */
export async function printError(text: string): Promise<void> {
  const lines = `pppoe-proxy: ${text}`;
  const isJournal = isJournalOnStderr();
  await writeAll(Deno.stderr, isJournal ? lines.replace(/^/gm, ERROR_PRIORITY) : lines);
}

async function writeAll(
  to: { write(bytes: Uint8Array): Promise<number> },
  text: string,
): Promise<void> {
  const bytes = encoder.encode(`${text}\n`);
  try {
    for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
