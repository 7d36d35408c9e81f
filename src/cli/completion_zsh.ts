import type { Command } from "./command.ts";
import { completionKind, INTERFACES } from "./completion_kind.ts";

/** A script for zsh, to be named `_pppoe-proxy` in a folder of `fpath`, or sourced. */
export function zshCompletion(commands: readonly Command[]): string {
  const described = commands.map(({ name, summary }) =>
    quote(`${name}:${summary.replaceAll(":", "\\:")}`)
  );
  return [
    "#compdef pppoe-proxy",
    "# zsh completion of pppoe-proxy, made by: pppoe-proxy completion zsh",
    "",
    "_pppoe_proxy_commands() {",
    "    local -a commands=(",
    ...described.map((line) => `        ${line}`),
    "    )",
    "    _describe command commands",
    "}",
    "",
    `_pppoe_proxy_interfaces() { compadd -- ${INTERFACES}/*(N:t) }`,
    "",
    "_pppoe_proxy() {",
    '    local curcontext="$curcontext" state line',
    "    typeset -A opt_args",
    "    _arguments -C '1:command:_pppoe_proxy_commands' '*::argument:->arguments'",
    "    [[ $state == arguments ]] || return",
    "    case $words[1] in",
    ...commands.flatMap(argumentsOf),
    "    esac",
    "}",
    "",
    "# Loaded from fpath it completes at once; sourced it registers itself.",
    'if [[ $funcstack[1] == _pppoe-proxy ]]; then _pppoe_proxy "$@"; else compdef _pppoe_proxy pppoe-proxy; fi',
    "",
  ].join("\n");
}

function argumentsOf({ name, options, positionals }: Command): string[] {
  const help = { name: "help", summary: "show this", value: undefined, alias: undefined };
  const specs = [...options, help].map(({ name: option, alias, value, summary }) => {
    const text = summary.replace(/[[\]:\\]/g, "\\$&");
    const rest = `[${text}]${
      value === undefined ? "" : `:${value.split("|")[0]}:${action(value)}`
    }`;
    return alias === undefined
      ? quote(`--${option}${value === undefined ? "" : "="}${rest}`)
      : `${quote(`(-${alias} --${option})`)}${`{-${alias},--${option}${
        value === undefined ? "" : "="
      }}`}${quote(rest)}`;
  });
  const positional = positionals.map((value, at) =>
    quote(`${at + 1}:${value.split("|")[0]}:${action(value)}`)
  );
  const all = [...specs, ...positional];
  return [
    `        ${name})`,
    "            _arguments \\",
    ...all.map((spec, at) => `                ${spec}${at < all.length - 1 ? " \\" : ""}`),
    "            ;;",
  ];
}

function action(value: string): string {
  const kind = completionKind(value);
  switch (kind.kind) {
    case "words":
      return `(${kind.words.join(" ")})`;
    case "file":
      return "_files";
    case "folder":
      return "_files -/";
    case "interface":
      return "_pppoe_proxy_interfaces";
    case "command":
      return "_pppoe_proxy_commands";
    case "nothing":
      return "()";
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
