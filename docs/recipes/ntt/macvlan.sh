#!/bin/sh
# At home: a second interface on the port of the line, beside the one that the router dials with.
set -e
ip link add link eth0 name pppoe0 type macvlan mode bridge
ip link set pppoe0 up
