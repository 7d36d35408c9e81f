#!/bin/sh
# On the client: 6-client-use-secret.sh NEXT.secret NAME logs in with the new secret from now on.
set -e
install -m 600 "$1" "$2.secret"
pppoe-proxy reload --config client.toml
