# SIGINT ends all sessions with a PADT to both sides; SIGTERM would keep them for the next start.
set -f # the pattern of the instances is for systemctl
manage kill --signal=INT $UNITS 2>/dev/null
# `stop` sends SIGTERM, which must not overtake SIGINT.
tries=0
while may_manage stop && systemctl --quiet is-active $UNITS && [ "$tries" -lt 75 ]; do
    sleep 0.2
    tries=$((tries + 1))
done
manage stop $UNITS
if command -v systemctl >/dev/null; then
    systemctl --quiet disable pppoe-proxy.service pppoe-proxy@.service || true
fi
