import { openOutput } from "../terminal/open_output.ts";

/**
 * Writes a new file with permissions `mode`, such as 0o600, or writes to a pipe, device or open
 * descriptor (see {@linkcode openOutput}). Throws an Error that says why it failed.
 */
export async function writeNewFile(path: string, text: string, mode: number): Promise<void> {
  try {
    using file = await openOutput(path, mode);
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  } catch (error) {
    throw new Error(`Cannot write "${path}": ${reason(error)}`, { cause: error });
  }
}

function reason(error: unknown): string {
  if (error instanceof Deno.errors.AlreadyExists) {
    return "it exists and is not overwritten; remove it or choose another name";
  }
  if (error instanceof Deno.errors.NotFound) return "no such directory; create it first";
  return error instanceof Error ? error.message : String(error);
}
