#!/bin/sh
# On either end: look-back.sh CONFIGURATION MAC SINCE shows what happened to a customer, and around it.
set -e
pppoe-proxy why --config "$1" "$2"
pppoe-proxy sessions --config "$1" --past --mac "$2" --since "$3"
pppoe-proxy events --config "$1" --since "$3"
pppoe-proxy logs --config "$1" --level warning
