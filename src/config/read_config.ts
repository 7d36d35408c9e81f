import { ConfigError } from "./config_error.ts";

/** Larger than any configuration with thousands of clients; bytes. */
const MAX_FILE = 4 * 1024 * 1024;

/** The text of a configuration's file. Throws ConfigError where there is none, or it is no text. */
export async function readConfig(file: string): Promise<string> {
  try {
    return await readText(file);
  } catch (error) {
    const message = `Cannot read the configuration: ${causeOf(error)}`;
    throw new ConfigError(file, [{ path: "", line: undefined, message }]);
  }
}

/** Reads to the end, which only reading shows where it is: a pipe has no size, and a device no end. */
async function readText(file: string): Promise<string> {
  if ((await Deno.stat(file)).isDirectory) {
    throw new Error("it is a directory; name the file in it");
  }
  using opened = await Deno.open(file);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let size = 0;
  for await (const chunk of opened.readable) {
    size += chunk.length;
    if (size > MAX_FILE) throw new RangeError(`it has more than ${MAX_FILE} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function causeOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) {
    return "permission denied; check the owner and mode of it and of the directories above it";
  }
  if (error instanceof TypeError) return "it is not in UTF-8; save it in that encoding";
  return error instanceof Error ? error.message : String(error);
}
