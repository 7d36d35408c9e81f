import { openOutput } from "./open_output.ts";

/** Writes a new file, or to what {@linkcode openOutput} opens; `mode` is its permissions, such as 0o600. */
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
    return "it exists and is not overwritten; remove it or choose another place";
  }
  if (error instanceof Deno.errors.NotFound) return "there is no such folder";
  return error instanceof Error ? error.message : String(error);
}
