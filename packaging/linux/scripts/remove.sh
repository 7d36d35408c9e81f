# SIGINT ends all sessions with a PADT to both sides; SIGTERM would keep them for the next start.
set -f # the pattern of the instances is for systemctl
manage kill --signal=INT $UNITS 2>/dev/null
manage stop $UNITS
if command -v systemctl >/dev/null; then
    systemctl --quiet disable pppoe-proxy.service pppoe-proxy@.service || true
fi
