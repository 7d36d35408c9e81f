# What fish offers: SCRIPT, then a command line.
source $argv[1]
complete -C "$argv[2]" | string split -f 1 \t
true # whether something was offered is no error
