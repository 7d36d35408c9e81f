#!/bin/bash
# Boots systemd on an overlay of this machine's files, in separate namespaces, and runs one command
# there as a service. Run it as root with unshare(1) in new mount, PID, network, IPC, UTS and cgroup
# namespaces:
#
#   boot.sh STAGE PROJECT DENO CACHE OUT COMMAND…
#
# STAGE is an empty directory for the overlay, PROJECT the sources, DENO the Deno binary, CACHE its
# DENO_DIR, OUT the directory for the command's output, in the file `log`. In the guest they are
# /opt/lab/project (guests of User-Mode Linux have a /run of their own) and /run/lab/{deno,cache,out}.
# There are two veth pairs: lan0 to cust0, and wan0 to ac0.
set -eu
stage=$1 project=$2 deno=$3 cache=$4 out=$5
shift 5
mount --make-rprivate /
mount -t tmpfs -o size=1g tmpfs "$stage"
cd "$stage"
mkdir upper work root
mount -t overlay -o "lowerdir=/,upperdir=$stage/upper,workdir=$stage/work" overlay root
cd root

# Kernel file systems of these namespaces.
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup

mount -t tmpfs -o mode=755 tmpfs dev
while read -r name minor; do mknod -m 666 "dev/$name" c 1 "$minor"; done <<<'null 3
zero 5
full 7
random 8
urandom 9'
mknod -m 666 dev/tty c 5 0
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/1 dev/stdout
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp

mkdir -p opt/lab/project run/lab/cache run/lab/out
mount --bind "$project" opt/lab/project
mount --bind "$cache" run/lab/cache
mount --bind "$out" run/lab/out
touch run/lab/deno
mount --bind "$deno" run/lab/deno

# Only the lab's units start.
rm -rf etc/systemd/system/*.wants etc/systemd/system/default.target etc/machine-id
echo 0123456789abcdef0123456789abcdef >etc/machine-id
for unit in systemd-{udevd,udev-trigger,modules-load,sysctl,timesyncd,resolved,networkd,random-seed,pstore}; do
    ln -sf /dev/null "etc/systemd/system/$unit.service"
done
cat >etc/systemd/system/lab.target <<'UNIT'
[Unit]
Requires=basic.target
After=basic.target
Wants=lab.service
UNIT
cat >etc/systemd/system/lab.service <<UNIT
[Unit]
After=basic.target
[Service]
Type=oneshot
Environment=DENO_DIR=/run/lab/cache HOME=/root NO_COLOR=1
ExecStart=$*
StandardOutput=append:/run/lab/out/log
StandardError=inherit
ExecStopPost=/bin/systemctl poweroff -ff
UNIT

ip link set lo up
for ends in "lan0 cust0" "wan0 ac0"; do
    ip link add "${ends% *}" type veth peer name "${ends#* }"
    for end in $ends; do ip link set "$end" addrgenmode none up; done
done
mkdir old
pivot_root . old
umount -l /old
# As a container manager does: systemd mounts credentials in a namespace of its own.
mount --make-rshared /
for init in /usr/lib/systemd/systemd /lib/systemd/systemd; do
    [ -x "$init" ] && exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        "$init" --system --unit=lab.target --log-target=journal --show-status=no
done
