# Prints the completions of bash. Arguments: SCRIPT, then the words of a command line.
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
"$(complete -p pppoe-proxy | sed 's/.* -F \([^ ]*\) .*/\1/')" 2>/dev/null
printf '%s\n' "${COMPREPLY[@]}"
