# Prints command lines as an interactive zsh completes them. Arguments: SCRIPT, command lines.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PROMPT= RPROMPT= KEYTIMEOUT=1; unsetopt zle_bracketed_paste; autoload -Uz compinit && compinit -D -u; source '$1'
show() { print -r -- \"{\$BUFFER}\"; BUFFER=; }; zle -N show; bindkey '^X' show; print -r -- rea''dy"
zpty -r -m shell output '*ready*'
for line in "${@:2}"; do
    zpty -w -n shell "$line"$'\t\x18'
    zpty -r -m shell output '*{*}*'
    print -r -- "${${output##*\{}%%\}*}"
done
zpty -d shell
