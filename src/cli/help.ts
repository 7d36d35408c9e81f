import type { Arguments, OptionSpec } from "./arguments.ts";
import type { Command } from "./command.ts";
import { EXIT_CODES } from "./exit_codes.ts";
import { findCommand } from "./find_command.ts";
import { printLine } from "./terminal/output.ts";
import { wrap } from "./terminal/wrap.ts";

/** Columns of help, those of a DEC VT100: it is also read in pagers and in small windows. */
export const HELP_WIDTH = 80;
/** Maximum columns of a left part that has its explanation beside it, not below. */
const MAX_LEFT = 26;

/** `help [COMMAND]`: prints help on the program or on one command. */
export async function helpCommand(
  { positionals }: Arguments,
  commands: readonly Command[],
): Promise<number> {
  const [name] = positionals;
  await printLine(name === undefined ? overview(commands) : explain(findCommand(commands, name)));
  return 0;
}

/** Help on the program. */
export function overview(commands: readonly Command[]): string {
  return [
    "pppoe-proxy carries PPPoE between Ethernet segments through one authenticated",
    "tunnel, over TLS or QUIC.",
    "",
    "Usage: pppoe-proxy COMMAND [OPTIONS]",
    "",
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    "",
    'Run "pppoe-proxy help COMMAND" for help on a command.',
    "",
    "Exit codes:",
    ...columns(Object.values(EXIT_CODES).map(([code, meaning]) => [String(code), meaning])),
  ].join("\n");
}

/** Help on a command. */
export function explain(command: Command): string {
  const rows = command.options.map((it): [string, string] => [
    `${it.alias === undefined ? "" : `-${it.alias}, `}${spell(it)}`,
    it.summary,
  ]);
  return [
    ...wrap(`${command.summary}.`, HELP_WIDTH),
    "",
    `Usage: ${usageLine(command)}`,
    "",
    ...columns([...rows, ["--help", "show this help"]]),
    ...(command.details === "" ? [] : ["", command.details]),
  ].join("\n");
}

/** The command line of a command; brackets are around what can be left out. */
export function usageLine({ name, positionals, leastPositionals = 0, options }: Command): string {
  const words = positionals.map((word, at) => at < leastPositionals ? ` ${word}` : ` [${word}]`);
  const required = options.filter((option) => option.required).map((it) => ` ${spell(it)}`);
  const others = options.length > required.length ? " [OPTIONS]" : "";
  return `pppoe-proxy ${name}${words.join("")}${required.join("")}${others}`;
}

/** An option as it is given: `--name VALUE`. */
export function spell({ name, value }: OptionSpec): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

/** Formats names and their explanations; a long name has the explanation on the next lines. */
function columns(rows: readonly (readonly [string, string])[]): string[] {
  const short = rows.map(([left]) => left.length).filter((length) => length <= MAX_LEFT);
  const width = Math.max(...short);
  return rows.flatMap(([left, right]) => {
    const [first, ...rest] = wrap(right, HELP_WIDTH - width - 4);
    const further = rest.map((line) => `${" ".repeat(width + 4)}${line}`);
    if (left.length <= width) return [`  ${left.padEnd(width)}  ${first}`, ...further];
    return [`  ${left}`, `${" ".repeat(width + 4)}${first}`, ...further];
  });
}
