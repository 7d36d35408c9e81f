# Restarts what runs, and nothing else.
set -f # the pattern of the instances is for systemctl
manage try-restart $UNITS
