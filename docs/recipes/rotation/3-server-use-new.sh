#!/bin/sh
# On the server: uses the new certificate for new connections. Tunnels stay up.
set -e
mv next/server.key server.key
mv next/server.crt server.crt
rmdir next
pppoe-proxy reload --config server.toml
