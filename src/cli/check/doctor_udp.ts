import { transportsOf } from "../../config/transports.ts";
import type { Config } from "../../config/types.ts";
import { SOCKET_BUFFER } from "../../tunnel/quic/quic_socket.ts";
import { type DoctorCheck, runCheck } from "./doctor_check.ts";
import type { Findings } from "./findings.ts";

const RMEM_MAX = "/proc/sys/net/core/rmem_max";
const KIB = 1024;

/** Checks with QUIC that the kernel allows the UDP receive buffer that the daemon requests. */
export async function examineUdp({ tunnel }: Config): Promise<DoctorCheck[]> {
  if (!transportsOf(tunnel.transport).includes("quic")) return [];
  return await runCheck("udp buffer", async (findings) => {
    const text = await Deno.readTextFile(RMEM_MAX).catch(() => undefined);
    return text === undefined
      ? `unknown: cannot read "${RMEM_MAX}"`
      : judgeUdpBuffer(Number(text), findings);
  });
}

/** Compares net.core.rmem_max, `most` bytes, with the requested buffer; returns the "ok" text. */
export function judgeUdpBuffer(most: number, { notes }: Findings): string {
  const [allowed, wanted] = [most, SOCKET_BUFFER].map((bytes) => `${Math.floor(bytes / KIB)} KiB`);
  if (most < SOCKET_BUFFER) {
    notes.push(
      `The kernel limits the UDP receive buffer to ${allowed}, but the daemon requests ${wanted}, so bursts may be lost; run \`sysctl -w net.core.rmem_max=${SOCKET_BUFFER}\` and add the setting to a file in /etc/sysctl.d, or give the daemon CAP_NET_ADMIN, which lifts the limit`,
    );
  }
  return `UDP receive buffer of ${wanted} (net.core.rmem_max allows ${allowed})`;
}
