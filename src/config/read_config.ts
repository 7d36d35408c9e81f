import { ConfigError } from "./config_error.ts";

/** Maximum size of a configuration in bytes, enough for thousands of clients. */
const MAX_FILE = 4 * 1024 * 1024;

/**
 * Reads the text of a configuration file. Throws ConfigError if it cannot be read or is not UTF-8.
 */
export async function readConfig(file: string): Promise<string> {
  try {
    return await readText(file, MAX_FILE);
  } catch (error) {
    const message = `Cannot read the configuration: ${causeOf(error)}`;
    throw new ConfigError(file, [{ path: "", line: undefined, message }]);
  }
}

/**
 * Reads a text of at most `most` bytes to its end, without relying on the file's size: a pipe has
 * none, and a device may be endless. Throws RangeError if it is longer, TypeError if it is not
 * UTF-8.
 */
export async function readText(file: string, most: number): Promise<string> {
  if ((await Deno.stat(file)).isDirectory) {
    throw new Error("it is a directory; name the file in it");
  }
  using opened = await Deno.open(file);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let size = 0;
  for await (const chunk of opened.readable) {
    size += chunk.length;
    if (size > most) {
      throw new RangeError(`it has more than ${most} bytes; name the right file`);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function causeOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "no such file; check the path";
  if (error instanceof Deno.errors.PermissionDenied) {
    return "permission denied; check the owner and mode of the file and of its parent directories";
  }
  if (error instanceof TypeError) return "it is not UTF-8; save it in that encoding";
  return error instanceof Error ? error.message : String(error);
}
