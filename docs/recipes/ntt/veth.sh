#!/bin/sh
# Away: a virtual cable on the box itself. The proxy is at one end, pppd dials at the other.
set -e
ip link add lan0 type veth peer name dial0
ip link set lan0 up
ip link set dial0 up
