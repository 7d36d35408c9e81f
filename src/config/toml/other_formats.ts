/** Recognises files that are not TOML at all, so that one sentence replaces a syntax error. */

interface Format {
  /** What the file is, in a sentence's words. */
  name: string;
  /** Whether the text, without leading blanks and comments, is of this format. */
  matches: RegExp;
  remedy: string;
}

const EXAMPLE = "write it as in config.example.toml";
const RIGHT_FILE = "name the configuration file";

const FORMATS: readonly Format[] = [
  { name: "a certificate or key (PEM)", matches: /^-----BEGIN /, remedy: RIGHT_FILE },
  { name: "a secret or token", matches: /^[0-9a-f]{64}\s*(?:\n|$)/i, remedy: RIGHT_FILE },
  { name: "JSON", matches: /^(?:\{|\[\s*[{"\d\n])/, remedy: EXAMPLE },
  { name: "a web page or XML", matches: /^</, remedy: RIGHT_FILE },
  { name: "YAML", matches: /^(?:---|[A-Za-z_][\w-]*:(?:[ \t]|\r?\n|$)|- \w)/, remedy: EXAMPLE },
  { name: "a script", matches: /^#!/, remedy: RIGHT_FILE },
];

/** What is wrong with a file. */
export interface FormatFault {
  /** Line number, from 1. */
  line: number;
  words: string;
  remedy: string;
}

/** Why a text that is not TOML is none; undefined if it is meant to be TOML. */
export function formatFault(text: string): FormatFault | undefined {
  // A comment of TOML may precede, but "#!" starts a script.
  const start = /^(?:[ \t]*(?:#(?!!)[^\n]*)?\r?\n)*[ \t]*/.exec(text)?.[0] ?? "";
  const rest = text.slice(start.length);
  const found = FORMATS.find(({ matches }) => matches.test(rest));
  if (found === undefined) return undefined;
  return {
    line: start.split("\n").length,
    words: `This file is ${found.name}, but a configuration is TOML`,
    remedy: found.remedy,
  };
}
