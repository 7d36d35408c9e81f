import type { FindingCode } from "../messages/findings.ts";
import { ConfigError, type ConfigIssue } from "./config_error.ts";
import { setVariable } from "./environment/names.ts";
import { Refusal } from "./finding.ts";
import { lineOf, locateKeys } from "./toml/locate.ts";

/**
 * Runs `read` for a setting; turns its exception into a ConfigError with the setting's key and
 * line, or variable. `code` is that of an exception without one.
 */
export async function withConfigKey<T>(
  file: string,
  path: string,
  read: () => T | Promise<T>,
  code: FindingCode = "bad-value",
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const variable = setVariable(path);
    const place = variable === undefined
      ? { line: await lineIn(file, path) }
      : { line: undefined, variable };
    throw new ConfigError(file, [{ path, ...place, ...said(error, code) }]);
  }
}

function said(error: unknown, code: FindingCode): Pick<ConfigIssue, "code" | "words" | "remedy"> {
  if (error instanceof Refusal) {
    return { code: error.code, words: error.words, remedy: error.remedy };
  }
  return { code, words: error instanceof Error ? error.message : String(error), remedy: "" };
}

async function lineIn(file: string, path: string): Promise<number | undefined> {
  const source = await Deno.readTextFile(file).catch(() => undefined);
  return source === undefined ? undefined : lineOf(path, locateKeys(source));
}
