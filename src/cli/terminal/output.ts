const encoder = new TextEncoder();

/** Prints a line to stdout; ignores that its reader has closed (`| head`). */
export async function printLine(text: string): Promise<void> {
  await writeAll(Deno.stdout, text);
}

/** Prints a line to stderr, prefixed with the program's name. */
export async function printError(text: string): Promise<void> {
  await writeAll(Deno.stderr, `pppoe-proxy: ${text}`);
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
