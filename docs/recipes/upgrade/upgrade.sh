#!/bin/sh
# On either end: upgrade.sh NEW-PROGRAM NAME replaces the program of pppoe-proxy@NAME.
set -e
"$1" check --config "/etc/pppoe-proxy/$2.toml"
install -m 755 "$1" /usr/local/bin/pppoe-proxy.new
# A rename, so that the running program keeps its own file until it ends.
mv /usr/local/bin/pppoe-proxy.new /usr/local/bin/pppoe-proxy
systemctl restart "pppoe-proxy@$2"
pppoe-proxy status --config "/etc/pppoe-proxy/$2.toml"
