/** Checks of the kernel's settings for the tunnel's transport. */
import { permitsCongestionControl } from "../../ffi/socket/tcp_options.ts";
import { transportsOf } from "../config/transports.ts";
import { SOCKET_BUFFER } from "../tunnel/quic/quic_socket.ts";
import type { Check } from "./check.ts";
import type { Findings } from "./findings.ts";

const RMEM_MAX = "/proc/sys/net/core/rmem_max";
const KIB = 1024;

/** Checks with QUIC that the kernel allows the UDP receive buffer that the daemon requests. */
export const UDP_BUFFER: Check = {
  name: "udp buffer",
  async look({ config: { tunnel } }, findings) {
    if (!transportsOf(tunnel.transport).includes("quic")) return "";
    const text = await Deno.readTextFile(RMEM_MAX).catch(() => undefined);
    return text === undefined
      ? `unknown: cannot read "${RMEM_MAX}"`
      : judgeUdpBuffer(Number(text), findings);
  },
};

/** Compares net.core.rmem_max, `most` bytes, with the requested buffer; returns the "ok" text. */
export function judgeUdpBuffer(most: number, findings: Findings): string {
  const [allowed, wanted] = [most, SOCKET_BUFFER].map((bytes) => `${Math.floor(bytes / KIB)} KiB`);
  if (most < SOCKET_BUFFER) {
    findings.add("warning", "udp-buffer-small", "", {
      words:
        `The kernel limits the UDP receive buffer to ${allowed}, but the daemon requests ${wanted}, so bursts may be lost`,
      remedy:
        `run \`sysctl -w net.core.rmem_max=${SOCKET_BUFFER}\` and add the setting to a file in /etc/sysctl.d, or give the daemon CAP_NET_ADMIN, which lifts the limit`,
    });
  }
  return `UDP receive buffer of ${wanted} (net.core.rmem_max allows ${allowed})`;
}

/** Says which congestion control TCP uses, and warns of a configured one that it cannot use. */
export const CONGESTION_CONTROL: Check = {
  name: "congestion control",
  look({ config: { tunnel } }, findings) {
    const { transport, congestionControl } = tunnel;
    if (transport === "quic") return "";
    return judgeCongestionControl(congestionControl, permitsCongestionControl, findings);
  },
};

/** Judges the configured congestion control. `permits` says which ones this process may use. */
export function judgeCongestionControl(
  configured: string,
  permits: (name: string) => boolean,
  findings: Findings,
): string {
  if (configured === "auto") {
    return permits("bbr")
      ? "bbr on long and lossy paths, otherwise the kernel's default"
      : "the kernel's default; on lossy paths BBR is faster: load tcp_bbr and add bbr to " +
        "net.ipv4.tcp_allowed_congestion_control";
  }
  if (permits(configured)) return configured;
  findings.add("warning", "congestion-control", "tunnel.congestion_control", {
    words:
      `tunnel.congestion_control is "${configured}", which the kernel does not permit, so its default is used`,
    remedy: "`sysctl net.ipv4.tcp_allowed_congestion_control` lists what it permits",
  });
  return "";
}
