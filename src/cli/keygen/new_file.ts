import { openOutput } from "../terminal/open_output.ts";
import { writeFailure } from "../terminal/write_failure.ts";

/** A file to be written. */
export interface NewFile {
  path: string;
  text: string;
  /** Permissions, such as 0o600. */
  mode: number;
}

/** Writes all files or, if one exists or cannot be written, none. Throws CommandError. */
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
 * descriptor (see {@linkcode openOutput}). Throws CommandError that says why it failed.
 */
export async function writeNewFile(path: string, text: string, mode: number): Promise<void> {
  using file = await openOutput(path, mode);
  try {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  } catch (error) {
    throw writeFailure(path, error);
  }
}
