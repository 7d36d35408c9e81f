import { parse as parseToml, TomlError } from "npm:smol-toml@^1.4.2";

/** Parses a TOML document; throws SyntaxError that names line and column. */
export function parse(tomlString: string): Record<string, unknown> {
  try {
    return parseToml(tomlString);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const what = error.message.split("\n")[0].replace(/^Invalid TOML document: /, "");
    throw new SyntaxError(`Parse error on line ${error.line}, column ${error.column}: ${what}`, {
      cause: error,
    });
  }
}
