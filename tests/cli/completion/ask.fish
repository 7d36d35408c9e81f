# Prints the completions of fish. Arguments: SCRIPT, then a command line.
source $argv[1]
complete -C "$argv[2]" | string split -f 1 \t
true # no completions is not an error
