/** Command lines, one argument per line, up to the point where a command would run. */
import { type Arguments, readArguments, UsageError } from "../../../src/cli/arguments.ts";
import type { Command } from "../../../src/cli/command.ts";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { findCommand } from "../../../src/cli/find_command.ts";
import { must, mustBePrintable, type Target, utf8 } from "../target.ts";

const WORDS = [
  ...COMMANDS.flatMap(({ name, options }) => [
    name,
    ...options.flatMap((option) => [
      `--${option.name}`,
      `--${option.name}=x`,
      `--no-${option.name}`,
      `--${option.name}.x=y`,
      ...(option.alias === undefined ? [] : [`-${option.alias}`, `-${option.alias}x`]),
    ]),
  ]),
  "-",
  "--",
  "---",
  "-=",
  "--=",
  "--__proto__=x",
  "--__proto__.x=y",
  "--constructor.prototype.x=y",
  "--toString",
  "false",
  "1e3",
  "\u001b[31m",
  "\u202e",
  "",
];

export const flags: Target = {
  name: "flags",
  text: true,
  maxLength: 400,
  dictionary: [...WORDS, "\n"].map(utf8),
  generate(random) {
    const words = [random.pick(COMMANDS).name];
    for (let left = random.below(5); left > 0; left--) words.push(random.pick(WORDS));
    return utf8(words.join("\n"));
  },
  run(input) {
    const [name, ...rest] = new TextDecoder().decode(input).split("\n");
    const before = Object.keys(Object.prototype).length;
    try {
      const command = findCommand(COMMANDS, name);
      mustBeGiven(readArguments(rest, command), rest, command);
      return [command.name];
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      const { message } = error;
      mustBePrintable(message);
      must(/^[A-Z]/.test(message), () => `"${message}" does not start with a capital letter`);
      return [message.split(" ").slice(0, 2).join(" ").replace(/".*/, "").trim()];
    } finally {
      must(Object.keys(Object.prototype).length === before, "a property was added to all objects");
    }
  },
};

/** Checks that the parsed arguments occur on the command line. */
function mustBeGiven(read: Arguments, args: readonly string[], command: Command): void {
  for (const word of read.positionals) must(args.includes(word), () => `"${word}" was not given`);
  const isOpen = command.positionals.at(-1)?.endsWith("...") ?? false;
  const most = isOpen ? Infinity : command.positionals.length;
  must(read.positionals.length <= most, "unexpected arguments");
  for (const [name, value] of read.values) {
    const option = command.options.find((option) => option.name === name);
    must(option?.value !== undefined, () => `--${name} does not take a value`);
    must(args.some((arg) => arg.endsWith(value)), () => `--${name} ${value} was not given`);
  }
  for (const name of read.switches) {
    const alias = command.options.find((option) => option.name === name)?.alias;
    const short = new RegExp(alias === undefined ? "^$" : `^-[^-]*${alias}`);
    const given = args.some((arg) => arg.startsWith(`--${name}`) || short.test(arg));
    must(given, () => `--${name} was not given`);
  }
}
