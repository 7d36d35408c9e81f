/** The logs of booted systems: each line that ran there, its output, the results, the journal. */
const ROOT = new URL("../../..", import.meta.url).pathname;

/** Directory where they are kept, in the clone; the workflows upload it. */
export const GUEST_LOGS = "dist/test-logs";

/**
 * Keeps the log that the steps of the file `guest` have left in a folder, and prints its path; returns
 * the log, empty if there is none.
 */
export async function keepLog(folder: string, guest: string): Promise<string> {
  const log = await Deno.readTextFile(`${folder}/log`).catch(() => "");
  await Deno.mkdir(ROOT + GUEST_LOGS, { recursive: true });
  const kept = `${GUEST_LOGS}/${guest.replace(/\.ts$/, ".log")}`;
  await Deno.writeTextFile(ROOT + kept, log);
  await Deno.stdout.write(new TextEncoder().encode(`Log of the booted system: ${kept}\n`));
  return log;
}
