# The access concentrator: pppoe-server with kernel pppd, 10.0.0.1, LAB_AUTH (chap or pap). Serves
# LAB_BLOB (a path) on TCP 5001, iperf3 on 5201 and 5202 with LAB_IPERF, and answers data sent to TCP 5002 with its SHA-256. LAB_USER,
# LAB_PASSWORD.
# Prints READY, then SESSIONS and the kernel's PPPoE session ids whenever they change, until the
# machine ends it.

LAB_AUTH=${LAB_AUTH:-chap}
echo "$LAB_USER * $LAB_PASSWORD *" >/etc/ppp/$LAB_AUTH-secrets
chmod 600 /etc/ppp/$LAB_AUTH-secrets
echo "require-$LAB_AUTH" >/etc/ppp/pppoe-server-options
cat >>/etc/ppp/pppoe-server-options <<'END'
name lab-ac
noipv6
noccp
novj
nodefaultroute
debug
logfile /run/pppd.log
lcp-restart 1
END

# Debian builds pppoe-server without kernel mode, so it starts `pppd pty "pppoe … -I IF -e SID:MAC …"`.
# This turns that into a pppd that attaches the kernel's PPPoE to the same session.
cat >/run/pppd-in-kernel <<'END'
#!/bin/bash
[[ $1 = pty && $2 =~ -I\ ([^ ]+)\ -e\ ([^ ]+) ]] || exit 1
shift 2
exec /run/bin/pppd plugin pppoe.so "nic-${BASH_REMATCH[1]}" rp_pppoe_sess "${BASH_REMATCH[2]}" "$@"
END
chmod 755 /run/pppd-in-kernel

cat >/run/digest <<'END'
#!/bin/sh
sha256sum | cut -c 1-64
END
chmod 755 /run/digest

socat TCP-LISTEN:5001,fork,reuseaddr "OPEN:$LAB_BLOB,rdonly" &
socat TCP-LISTEN:5002,fork,reuseaddr EXEC:/run/digest &
if [ -n "$LAB_IPERF" ]; then
    for port in 5201 5202; do
        while :; do iperf3 -s -p $port >/dev/null 2>&1; sleep 0.2; done &
    done
fi
pppoe-server -F -I vec0 -C lab-ac -L 10.0.0.1 -R 10.67.15.1 -N 8 -q /run/pppd-in-kernel &
server=$!
sleep 0.2
kill -0 $server 2>/dev/null || fail "pppoe-server ended"
tell READY
while kill -0 $server 2>/dev/null; do
    now=$(tail -n +2 /proc/net/pppoe | cut -c 1-8 | sort | tr '\n' ' ')
    [ "$now" = "$before" ] || tell "SESSIONS $now"
    before=$now
    sleep 0.2
done &
wait $server
fail "pppoe-server ended"
