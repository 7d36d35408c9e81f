# Measures TCP through ppp0 each time that the file LAB_ROUNDS/N appears, N = 1, 2, …: LAB_SECONDS from
# the AC, then LAB_SECONDS to it, both after one second that does not count.
# Prints RATES N down up ping: kbit/s, and the mean round trip in ms beside the download; 0 and - for
# what did not arrive.

# rate PORT OPTION: kbit/s that arrived.
rate() {
    timeout $((LAB_SECONDS + 10)) iperf3 -c "$remote" -p "$1" -t "$LAB_SECONDS" -O 1 -f k \
        --connect-timeout 3000 $2 2>&1 |
        awk '/receiver/ { for (i = 2; i <= NF; i++) if ($i == "Kbits/sec") rate = $(i - 1) } END { print rate + 0 }'
}

for ((round = 1; ; round++)); do
    until [ -e "$LAB_ROUNDS/$round" ]; do
        kill -0 $pppd 2>/dev/null || fail "pppd ended"
        sleep 0.1
    done
    ping -i 0.2 -w $((LAB_SECONDS + 1)) "$remote" >/run/ping &
    pinging=$!
    down=$(rate 5201 -R)
    wait $pinging
    up=$(rate 5202)
    mean=$(awk -F/ '/^rtt/ { print $5 }' /run/ping)
    tell "RATES $round $down $up ${mean:--}"
done
