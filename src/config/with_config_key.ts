import { ConfigError } from "./config_error.ts";
import { lineOf, locateKeys } from "./toml/locate.ts";

/**
 * Runs `read` for a setting; turns its exception into a ConfigError with the setting's key and
 * line.
 */
export async function withConfigKey<T>(
  file: string,
  path: string,
  read: () => T | Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ConfigError(file, [{ path, line: await lineIn(file, path), message }]);
  }
}

async function lineIn(file: string, path: string): Promise<number | undefined> {
  const source = await Deno.readTextFile(file).catch(() => undefined);
  return source === undefined ? undefined : lineOf(path, locateKeys(source));
}
