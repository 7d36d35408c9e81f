#!/bin/sh
# On each client: accepts the new certificate only.
set -e
mv next.crt server.crt
sed -i 's/^server_certificate = .*/server_certificate = "server.crt"/' client.toml
pppoe-proxy reload --config client.toml
