#!/bin/sh
# On the server: add-client.sh NAME adds a client while the others stay connected. Copy NAME.secret
# and server.crt to it over a secure channel, such as scp.
set -e
pppoe-proxy keygen secret "$1.secret"
printf '\n[[clients]]\nname = "%s"\nsecret_file = "%s.secret"\n' "$1" "$1" >>server.toml
pppoe-proxy reload --config server.toml
