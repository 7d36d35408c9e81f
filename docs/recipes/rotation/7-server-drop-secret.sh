#!/bin/sh
# On the server: 7-server-drop-secret.sh NAME makes the old secret invalid.
set -e
mv next.secret "$1.secret"
pppoe-proxy reload --config server.toml
