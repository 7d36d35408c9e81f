/** Finds command lines in systemd units, shell scripts and plain text. */
import { ImportError } from "./import_error.ts";

/** Maximum length of a text and of a line with its variables replaced, in characters. */
export const MAX_TEXT = 65_536;
/** Maximum number of command lines. */
const MAX_COMMANDS = 16;

/** Programs whose command lines are read. Releases of pppoeproxy have the platform in their name. */
const PROGRAM = /^(?:.*\/)?(pppoeproxy|pppoe-relay)(?:_\w+)?$/;

/** A program and its arguments. */
export interface ForeignCommand {
  program: "pppoeproxy" | "pppoe-relay";
  args: readonly string[];
}

/** A word of a command line, or an operator of a shell, such as `&&`. */
interface Token {
  text: string;
  isOperator: boolean;
}

/** Blanks, an operator, or a word of quoted, escaped and plain parts (POSIX shell, section 2.2). */
const TOKEN =
  /\s+|([0-9]*[<>]+&?|[|&;()]+)|((?:'[^']*'|"(?:\\[^]|[^"\\])*"|\\[^]|[^\s'"\\<>|&;()])+)|([^])/g;
const PART = /'([^']*)'|"((?:\\[^]|[^"\\])*)"|\\([^])|([^'"\\]+)/g;
const ASSIGNMENT = /^(?:export\s+)?([A-Za-z_]\w*)=(.*)$/;
const VARIABLE = /'[^']*'|\$(?:(\w+)|\{(\w+)\})/g;

/** Returns the command lines of known programs in a text. Throws ImportError. */
export function commandsIn(text: string): ForeignCommand[] {
  if (text.length > MAX_TEXT) {
    throw new ImportError(`It has more than ${MAX_TEXT} characters; name the service's file`);
  }
  const lines = text.replace(/\\\r?\n/g, " ").split(/\r?\n/).map((line) => line.trim())
    .filter((line) => !/^[#;]/.test(line)).map((line) => line.slice(0, MAX_TEXT));
  const variables = variablesIn(lines);
  const commands = lines.flatMap((line) => {
    const words = tokensOf(line.replace(/^ExecStart\s*=\s*[-@:+!|]*/, ""));
    const at = words.findIndex(({ text, isOperator }) => !isOperator && PROGRAM.test(text));
    return at < 0 ? [] : [commandOf(replaceVariables(line, variables))];
  });
  if (commands.length <= MAX_COMMANDS) return commands;
  throw new ImportError(`It has more than ${MAX_COMMANDS} commands; import them in parts`);
}

/** Values of `NAME=value` lines and of systemd's `Environment=`. */
function variablesIn(lines: readonly string[]): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const line of lines) {
    const [, list] = /^Environment\s*=(.*)$/.exec(line) ?? [];
    const texts = list === undefined ? [line] : tokensOf(list).map(({ text }) => text);
    for (const text of texts) {
      const [, name, value] = ASSIGNMENT.exec(text) ?? [];
      if (name === undefined) continue;
      variables.set(name, list === undefined ? tokensOf(value)[0]?.text ?? "" : value);
    }
  }
  return variables;
}

/** Replaces `$NAME` and `${NAME}` outside single quotation marks, as far as they are known. */
function replaceVariables(line: string, variables: ReadonlyMap<string, string>): string {
  let room = MAX_TEXT - line.length;
  return line.replace(VARIABLE, (found, plain, braced) => {
    const value = variables.get(plain ?? braced);
    if (value === undefined || value.length > room) return found;
    room -= value.length;
    return value;
  });
}

/** Returns the command in a line that has one: from the program's name to the next operator. */
function commandOf(line: string): ForeignCommand {
  const tokens = tokensOf(line.replace(/^ExecStart\s*=\s*[-@:+!|]*/, ""));
  const at = tokens.findIndex(({ text, isOperator }) => !isOperator && PROGRAM.test(text));
  const rest = tokens.slice(at + 1);
  const end = rest.findIndex(({ isOperator }) => isOperator);
  const args = (end < 0 ? rest : rest.slice(0, end)).map(({ text }) => text);
  const unknown = args.find((arg) => /\$\{?\w|%\w/.test(arg));
  if (unknown !== undefined) {
    throw new ImportError(
      `"${unknown}" depends on something outside the file; import the command with its values: ` +
        `echo 'pppoeproxy -interface …' | pppoe-proxy import -`,
    );
  }
  const isRelay = PROGRAM.exec(tokens[at].text)?.[1] === "pppoe-relay";
  return { program: isRelay ? "pppoe-relay" : "pppoeproxy", args };
}

function tokensOf(line: string): Token[] {
  const tokens: Token[] = [];
  for (const [, operator, word, stray] of line.matchAll(TOKEN)) {
    if (operator !== undefined) tokens.push({ text: operator, isOperator: true });
    else if (word !== undefined) tokens.push({ text: unquoted(word), isOperator: false });
    else if (stray !== undefined) break; // a quotation mark without its end
  }
  return tokens;
}

function unquoted(word: string): string {
  const parts = word.matchAll(PART);
  return [...parts].map(([, single, double, escaped, plain]) =>
    single ?? double?.replace(/\\([$`"\\])/g, "$1") ?? escaped ?? plain
  ).join("");
}
