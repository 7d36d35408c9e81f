#!/bin/sh
# On the server: makes a new certificate, which is not used yet. Copy next/server.crt to each client.
set -e
mkdir -m 700 next
pppoe-proxy keygen certificate --name proxy.example --out-dir next
