#!/bin/sh
# Customers on eth0, the AC on eth1.
exec pppoe-relay -F -C eth0 -S eth1 -n 500 -i 600
