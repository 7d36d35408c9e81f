UNITS="pppoe-proxy.service pppoe-proxy@*.service"

# manage COMMAND…: systemctl(1) where systemd runs, and where the administrator lets packages start and
# stop services (policy-rc.d of Debian: 101 forbids it). What fails is the daemon's to report.
manage() {
    [ -d /run/systemd/system ] || return 0
    if [ -x /usr/sbin/policy-rc.d ]; then
        policy=0
        /usr/sbin/policy-rc.d pppoe-proxy "$1" || policy=$?
        [ "$policy" != 101 ] || return 0
    fi
    systemctl --quiet "$@" || true
}
