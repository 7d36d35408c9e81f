UNITS="pppoe-proxy.service pppoe-proxy@*.service"

# may_manage COMMAND: whether systemd runs, and the administrator lets packages start and stop services
# (policy-rc.d of Debian: 101 forbids it).
may_manage() {
    [ -d /run/systemd/system ] || return 1
    [ -x /usr/sbin/policy-rc.d ] || return 0
    policy=0
    /usr/sbin/policy-rc.d pppoe-proxy "$1" || policy=$?
    [ "$policy" != 101 ]
}

# manage COMMAND…: systemctl(1), where packages may. What fails is the daemon's to report.
manage() {
    if may_manage "$1"; then systemctl --quiet "$@" || true; fi
}
