#!/bin/sh
# On the server: add-client.sh NAME adds a client while the others stay connected. Carry NAME.bundle to
# it over a secure channel, such as scp, and run there: pppoe-proxy init client --from NAME.bundle
set -e
pppoe-proxy add-client "$1" --config server.toml
