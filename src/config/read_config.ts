import { ConfigError } from "./config_error.ts";
import { DEFAULT_CONFIG } from "./default_config.ts";

const NO_DEFAULT = "write it with `pppoe-proxy init server` or `pppoe-proxy init client`, " +
  "or name another with --config FILE or $PPPOE_PROXY_CONFIG";

/** Maximum size of a configuration in bytes, enough for thousands of clients. */
const MAX_FILE = 4 * 1024 * 1024;

/**
 * Reads the text of a configuration file; undefined if there is none and `mayBeMissing`. Throws
 * ConfigError if it cannot be read or is not UTF-8.
 */
export async function readConfig(
  file: string,
  mayBeMissing: boolean,
): Promise<string | undefined> {
  try {
    return await readText(file, MAX_FILE);
  } catch (error) {
    if (mayBeMissing && error instanceof Deno.errors.NotFound) return undefined;
    const { why, remedy } = causeOf(error, file);
    const words = `Cannot read the configuration: ${why}`;
    const place = { path: "", line: undefined };
    throw new ConfigError(file, [{ code: "config-unreadable", ...place, words, remedy }]);
  }
}

/**
 * Reads a text of at most `most` bytes to its end, without relying on the file's size: a pipe has
 * none, and a device may be endless. Throws an Error if it is longer, TypeError if it is not UTF-8.
 */
export async function readText(file: string, most: number): Promise<string> {
  if ((await Deno.stat(file)).isDirectory) {
    throw new Unusable("it is a directory", "name the file in it");
  }
  using opened = await Deno.open(file);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let size = 0;
  for await (const chunk of opened.readable) {
    if (size === 0 && isUtf16(chunk)) {
      throw new Unusable("it is UTF-16, as Windows programs write", "save it as UTF-8");
    }
    size += chunk.length;
    if (size > most) throw new Unusable(`it has more than ${most} bytes`, "name the right file");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Why a file is no configuration, and what to do. */
class Unusable extends Error {
  constructor(readonly why: string, readonly remedy: string) {
    super(`${why}; ${remedy}`);
  }
}

/** Whether a text starts with the byte order mark of UTF-16 (RFC 2781 section 3.2). */
function isUtf16([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

function causeOf(error: unknown, file: string): { why: string; remedy: string } {
  if (error instanceof Unusable) return error;
  if (error instanceof Deno.errors.NotFound) {
    return { why: "no such file", remedy: file === DEFAULT_CONFIG ? NO_DEFAULT : "check the path" };
  }
  if (error instanceof Deno.errors.NotADirectory) {
    return { why: "a part of its path is a file, not a directory", remedy: "check the path" };
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return {
      why: "permission denied",
      remedy: "check the owner and mode of the file and of its parent directories",
    };
  }
  if (error instanceof TypeError) {
    return { why: "it is not UTF-8", remedy: "save it in that encoding, or name the right file" };
  }
  return { why: error instanceof Error ? error.message : String(error), remedy: "" };
}
