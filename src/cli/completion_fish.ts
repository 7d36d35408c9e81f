import type { Command } from "./command.ts";
import { completionKind, INTERFACES } from "./completion_kind.ts";

const COMPLETE = "complete -c pppoe-proxy";

/** A script for fish 3. */
export function fishCompletion(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  return [
    "# fish completion of pppoe-proxy, made by: pppoe-proxy completion fish",
    "",
    "# Whether the command is $argv[1] and as many arguments without a dash stand before the cursor",
    "# as $argv[2] says; what options take is counted too, so it is said at the first place alone.",
    "function __pppoe_proxy_at",
    "    set -l words (commandline -opc)",
    '    test (count $words) -ge 2; and test "$words[2]" = $argv[1]; or return 1',
    "    test (count $argv) -lt 2; and return 0",
    "    test (count (string match -v -- '-*' $words[3..])) -eq $argv[2]",
    "end",
    "",
    `${COMPLETE} -f`,
    ...commands.map(({ name, summary }) =>
      `${COMPLETE} -n 'test (count (commandline -opc)) -eq 1' -a ${name} -d ${quote(summary)}`
    ),
    ...commands.flatMap((command) => linesOf(command, names)),
    "",
  ].join("\n");
}

function linesOf({ name, options, positionals }: Command, commands: string): string[] {
  const help = { name: "help", summary: "show this", value: undefined, alias: undefined };
  const offer = (value: string): string => {
    const kind = completionKind(value);
    switch (kind.kind) {
      case "words":
        return ` -x -a ${quote(kind.words.join(" "))}`;
      case "file":
        return " -r -F";
      case "folder":
        return ` -x -a '(__fish_complete_directories)'`;
      case "interface":
        return ` -x -a '(command ls ${INTERFACES})'`;
      case "command":
        return ` -x -a ${quote(commands)}`;
      case "nothing":
        return " -x";
    }
  };
  const flags = [...options, help].map(({ name: option, alias, value, summary }) =>
    `${COMPLETE} -n '__pppoe_proxy_at ${name}'${
      alias === undefined ? "" : ` -s ${alias}`
    } -l ${option}${value === undefined ? "" : offer(value)} -d ${quote(summary)}`
  );
  const words = positionals.flatMap((value, at) =>
    completionKind(value).kind === "nothing"
      ? []
      : [`${COMPLETE} -n '__pppoe_proxy_at ${name} ${at}'${offer(value)}`]
  );
  return ["", ...flags, ...words];
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
