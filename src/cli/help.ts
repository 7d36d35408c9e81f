import type { Arguments, OptionSpec } from "./arguments.ts";
import type { Command } from "./command.ts";
import { EXIT_CODES } from "./exit_codes.ts";
import { findCommand } from "./find_command.ts";
import { printLine } from "./terminal/output.ts";

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
    "pppoe-proxy carries PPPoE between two Ethernet segments over an authenticated TLS tunnel.",
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
export function explain({ name, summary, positionals, options, details }: Command): string {
  const words = positionals.map((positional) => ` [${positional}]`).join("");
  const required = options.filter((option) => option.required).map((it) => ` ${spell(it)}`);
  const rows = options.map((it): [string, string] => [
    `${it.alias === undefined ? "" : `-${it.alias}, `}${spell(it)}`,
    it.summary,
  ]);
  return [
    `${summary}.`,
    "",
    `Usage: pppoe-proxy ${name}${words}${required.join("")}${
      options.length > 0 ? " [OPTIONS]" : ""
    }`,
    "",
    ...columns([...rows, ["--help", "show this help"]]),
    ...(details === "" ? [] : ["", details]),
  ].join("\n");
}

function spell({ name, value }: OptionSpec): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
