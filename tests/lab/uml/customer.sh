# The customer: kernel pppd dials with LAB_USER and LAB_PASSWORD, pings the AC, fetches its blob,
# sends it back and hangs up: by LCP (LAB_END=lcp) or by a bare PADT (LAB_END=padt).
# With LAB_END=measure it measures instead (measure.sh). With LAB_END=never it pings forever instead; with LAB_END=redial it also dials again when the line
# ends.
# Prints UP local remote mtu, PING, DOWNLOAD sha256 ms, UPLOAD sha256 ms, DOWN; or FAIL and why.

# nic-vec0 ends the plugin's options: those of the PADI must precede it.
pppd plugin pppoe.so pppoe-padi-attempts 4 pppoe-padi-timeout 1 nic-vec0 \
    noauth nodetach debug logfile /run/pppd.log user "$LAB_USER" password "$LAB_PASSWORD" \
    noipv6 noccp novj noipdefault nodefaultroute mtu 1492 mru 1492 lcp-restart 1 \
    $([ "$LAB_END" = redial ] && echo persist maxfail 0 holdoff 1 || echo maxfail 1) &
pppd=$!
until [ -e /run/up.ppp0 ]; do
    kill -0 $pppd 2>/dev/null || fail "pppd ended before ppp0 was up"
    sleep 0.1
done
read -r local remote </run/up.ppp0
read -r mtu </sys/class/net/ppp0/mtu
tell "UP $local $remote $mtu"

if [ "$LAB_END" = never ]; then
    # Prints PONG for every answer while ppp0 is up.
    ping -i 0.25 "$remote" | while read -r line; do
        case $line in *"bytes from"*) tell PONG ;; esac
    done &
    wait $pppd
    fail "pppd ended"
fi

ping -q -c 3 -i 0.2 -W 3 "$remote" || fail "ping"
# The largest size that is not fragmented; the headers of IP and ICMP have 28 bytes.
ping -q -c 2 -i 0.2 -W 3 -M do -s $((mtu - 28)) "$remote" || fail "full-size ping"
tell PING

[ "$LAB_END" = measure ] && . "$here/measure.sh"

if [ "$LAB_END" = redial ]; then
    while kill -0 $pppd 2>/dev/null; do
        ping -i 0.25 "$remote" 2>&1 | while read -r line; do
            case $line in *"bytes from"*) tell PONG ;; esac
            [ -e /run/up.ppp0 ] || break
        done
        sleep 0.2
    done
    fail "pppd ended"
fi

since() { echo $((($(date +%s%N) - $1) / 1000000)); }
start=$(date +%s%N)
timeout 60 socat -u "TCP:$remote:5001" CREATE:/run/blob || fail "download"
took=$(since "$start")
tell "DOWNLOAD $(sha256sum </run/blob | cut -c 1-64) $took"
start=$(date +%s%N)
digest=$(timeout 60 socat -t 30 - "TCP:$remote:5002" </run/blob) || fail "upload"
tell "UPLOAD $digest $(since "$start")"

if [ "$LAB_END" = padt ]; then
    # The kernel's table shows the session id in network byte order.
    tail -n +2 /proc/net/pppoe >/run/session
    read -r id peer _ </run/session
    # The AC answers with its own PADT, on which the kernel hangs up and pppd ends.
    pppoe -I vec0 -k -e "$((16#${id:6:2}${id:4:2})):$peer" || fail "pppoe -k"
else
    kill -TERM $pppd
fi
for ((tenth = 0; tenth < 80; tenth++)); do
    kill -0 $pppd 2>/dev/null || break
    sleep 0.1
done
kill -0 $pppd 2>/dev/null && fail "pppd did not end"
[ -e /sys/class/net/ppp0 ] && fail "ppp0 is still there"
[ "$LAB_END" = padt ] || grep -q 'rcvd \[LCP TermAck' /run/pppd.log || fail "no LCP Terminate-Ack"
tell DOWN
sleep 0.3 # lets packets in flight leave before the guest halts
halt
