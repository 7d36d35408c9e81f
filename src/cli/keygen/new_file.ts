import { openOutput } from "../terminal/open_output.ts";

/** A file to be written. */
export interface NewFile {
  path: string;
  text: string;
  /** Permissions, such as 0o600. */
  mode: number;
}

/** Writes all files or, if one exists or cannot be written, none. Throws an Error. */
export async function writeNewFiles(files: readonly NewFile[]): Promise<void> {
  const written: string[] = [];
  try {
    for (const { path, text, mode } of files) {
      await writeNewFile(path, text, mode);
      written.push(path);
    }
  } catch (error) {
    for (const path of written) await Deno.remove(path);
    throw error;
  }
}

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
