#!/bin/sh
# On each client: 2-client-trust-both.sh NEXT.crt accepts the new certificate beside the old one.
set -e
cp "$1" next.crt
sed -i 's/^server_certificate = .*/server_certificate = ["server.crt", "next.crt"]/' client.toml
pppoe-proxy reload --config client.toml
