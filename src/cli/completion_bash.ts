import type { Command } from "./command.ts";
import { completionKind, INTERFACES } from "./completion_kind.ts";

/** The part that needs no table. `kind` is what can stand at the cursor. */
const ENGINE = `
_pppoe_proxy_offer() {
    case $1 in
        file)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$2")
            ;;
        folder)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -d -- "$2")
            ;;
        interface) mapfile -t COMPREPLY < <(compgen -W "$(command ls ${INTERFACES} 2>/dev/null)" -- "$2") ;;
        nothing) COMPREPLY=() ;;
        *) mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2") ;;
    esac
}

_pppoe_proxy() {
    local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
    local command=\${COMP_WORDS[1]} at=2 position=0 word
    # "--option=value" comes as three words.
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = ]]; then
        prev=\${COMP_WORDS[COMP_CWORD - 2]}
    fi
    if ((COMP_CWORD == 1)); then
        _pppoe_proxy_offer "$(_pppoe_proxy_table commands)" "$cur"
        return
    fi
    local kind
    kind=$(_pppoe_proxy_table "$command" "$prev")
    if [[ -n $kind ]]; then
        _pppoe_proxy_offer "$kind" "$cur"
        return
    fi
    if [[ $cur == -* ]]; then
        _pppoe_proxy_offer "$(_pppoe_proxy_table "$command" options)" "$cur"
        return
    fi
    for ((; at < COMP_CWORD; at++)); do
        word=\${COMP_WORDS[at]}
        if [[ $word == -* ]]; then
            [[ -n $(_pppoe_proxy_table "$command" "$word") ]] && ((at++))
            [[ \${COMP_WORDS[at]} == = ]] && ((at++))
            continue
        fi
        ((position++))
    done
    kind=$(_pppoe_proxy_table "$command" "$position")
    _pppoe_proxy_offer "\${kind:-nothing}" "$cur"
}

complete -F _pppoe_proxy pppoe-proxy`;

/** A script for bash 4 or later. */
export function bashCompletion(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const rows = commands.flatMap((command) => rowsOf(command, names));
  return [
    "# bash completion of pppoe-proxy, made by: pppoe-proxy completion bash",
    "",
    "# What can follow: of a command its options, what an option takes, what a position takes.",
    "_pppoe_proxy_table() {",
    '    case "$1${2:+ $2}" in',
    `        commands) echo "${names}" ;;`,
    ...rows.map((row) => `        ${row}`),
    "    esac",
    "}",
    ENGINE,
    "",
  ].join("\n");
}

function rowsOf({ name, options, positionals }: Command, commands: string): string[] {
  const flags = [...options.map((option) => `--${option.name}`), "--help"].join(" ");
  const offer = (value: string): string => {
    const kind = completionKind(value);
    if (kind.kind === "words") return `"${kind.words.join(" ")}"`;
    return kind.kind === "command" ? `"${commands}"` : kind.kind;
  };
  const values = options.flatMap(({ name: option, alias, value }) => {
    if (value === undefined) return [];
    const spellings = [`"${name} --${option}"`, ...(alias ? [`"${name} -${alias}"`] : [])];
    return [`${spellings.join(" | ")}) echo ${offer(value)} ;;`];
  });
  return [
    `"${name} options") echo "${flags}" ;;`,
    ...values,
    ...positionals.map((value, at) => `"${name} ${at}") echo ${offer(value)} ;;`),
  ];
}
