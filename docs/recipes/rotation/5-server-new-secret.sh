#!/bin/sh
# On the server: 5-server-new-secret.sh NAME makes a second secret for a client; both are valid.
# Copy next.secret to the client over a secure channel, such as scp.
set -e
pppoe-proxy keygen secret next.secret
cat next.secret >>"$1.secret"
pppoe-proxy reload --config server.toml
