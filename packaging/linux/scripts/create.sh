# directory PATH MODE OWNER: for machines without systemd-tmpfiles(8).
directory() {
    [ -e "$1" ] || install -d -m "$2" -o "$3" -g pppoe-proxy "$1"
}

if command -v systemd-sysusers >/dev/null; then
    systemd-sysusers pppoe-proxy.conf
elif ! getent passwd pppoe-proxy >/dev/null; then
    if command -v adduser >/dev/null; then # Debian
        adduser --quiet --system --group --no-create-home --home /var/lib/pppoe-proxy \
            --gecos "PPPoE proxy" pppoe-proxy
    else
        useradd --system --user-group --home-dir /var/lib/pppoe-proxy --shell /usr/sbin/nologin \
            --comment "PPPoE proxy" pppoe-proxy
    fi
fi
if command -v systemd-tmpfiles >/dev/null; then
    systemd-tmpfiles --create pppoe-proxy.conf || true
fi
directory /etc/pppoe-proxy 0750 root
directory /var/lib/pppoe-proxy 0700 pppoe-proxy
