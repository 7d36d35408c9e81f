#!/bin/sh
# An interface for each VLAN of a trunk: vlans.sh TRUNK VLAN…
set -e
trunk=$1
shift
ip link set "$trunk" up
for vlan; do
  ip link add link "$trunk" name "$trunk.$vlan" type vlan id "$vlan"
  ip link set "$trunk.$vlan" up
done
