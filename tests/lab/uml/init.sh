#!/bin/bash
# PID 1 of a User-Mode Linux guest whose root is the machine's /, read-only. Only /run and /etc/ppp
# are writable. Kernel command line parameters arrive as environment: LAB_ROLE (ac, customer),
# LAB_LIFE (seconds), and those named at the top of the role's script.
# Messages for the test go to the console, in lines that begin with "LAB".
[ $$ = 1 ] || { echo "init.sh is only for the inside of a guest" >&2; exit 1; }
# In an ordinary user's guest, the files of the machine's root belong to "nobody", which set-user-id
# programs (mount, pppd) would become.
[ -n "$LAB_PRIVILEGES" ] || LAB_PRIVILEGES=kept exec setpriv --no-new-privs "$0"
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C TMPDIR=/run
here=${0%/*}

tell() { echo "LAB $*"; }
# Needs no additional process, so it works in any state of the guest; the console is slow.
halt() { sleep 0.2; echo o >/proc/sysrq-trigger; sleep 10; }
fail() { [ -e /run/pppd.log ] && tail -n 20 /run/pppd.log; tell "FAIL $*"; halt; }

mount -t proc proc /proc
mount -t sysfs sysfs /sys
for folder in /run /etc/ppp; do mount -t tmpfs -o size=80% tmpfs $folder || fail "no tmpfs on $folder"; done
mkdir -p /dev/pts && mount -t devpts devpts /dev/pts
# Debian lets only the group dip execute these; any user may read them.
mkdir -p /run/bin && cp /usr/sbin/pppd /usr/sbin/pppoe /run/bin/ && chmod 755 /run/bin/* || fail "no pppd"
PATH=/run/bin:$PATH
(sleep "$LAB_LIFE"; fail "still running after $LAB_LIFE s") &

# User-Mode Linux has its modules next to the program; modprobe expects the usual layout.
mkdir -p /run/root/lib/modules
ln -s "/usr/lib/uml/modules/$(uname -r)" /run/root/lib/modules/
modprobe -d /run/root pppoe || fail "no module pppoe for kernel $(uname -r)"
[ -c /dev/ppp ] || fail "no /dev/ppp"
ip link set lo up
ip link set vec0 up || fail "no interface vec0"

# pppd runs these when IPCP opens and closes: interface, tty, speed, local and remote address.
printf '#!/bin/sh\necho "$4 $5" >/run/up.$1.part && mv /run/up.$1.part /run/up.$1\n' >/etc/ppp/ip-up
printf '#!/bin/sh\nrm -f /run/up.$1\n' >/etc/ppp/ip-down
chmod 755 /etc/ppp/ip-up /etc/ppp/ip-down
: >/etc/ppp/options

. "$here/$LAB_ROLE.sh"
