import type { Config } from "../config/types.ts";
import { RECEIVE_QUEUE } from "../tunnel/quic_socket.ts";
import { examine, type Examined } from "./examination.ts";
import type { Findings } from "./findings.ts";

const RMEM_MAX = "/proc/sys/net/core/rmem_max";
const KIB = 1024;

/** With QUIC: whether the kernel lets as much wait in a UDP socket as the daemon asks for. */
export async function examineUdp({ tunnel }: Config): Promise<Examined[]> {
  if (tunnel.transport !== "quic") return [];
  return await examine("udp buffer", async (findings) => {
    const text = await Deno.readTextFile(RMEM_MAX).catch(() => undefined);
    return text === undefined
      ? `not known: "${RMEM_MAX}" cannot be read here`
      : judgeUdpBuffer(Number(text), findings);
  });
}

/** `most` is net.core.rmem_max, in bytes. */
export function judgeUdpBuffer(most: number, { notes }: Findings): string {
  const [allowed, wanted] = [most, RECEIVE_QUEUE].map((bytes) => `${Math.floor(bytes / KIB)} KiB`);
  if (most < RECEIVE_QUEUE) {
    notes.push(
      `The kernel lets ${allowed} wait in the UDP socket, and the daemon asks for ${wanted}, so bursts may be lost: run \`sysctl -w net.core.rmem_max=${RECEIVE_QUEUE}\`, and write the setting to a file in /etc/sysctl.d. With CAP_NET_ADMIN the daemon gets it anyhow`,
    );
  }
  return `${wanted} may wait in the UDP socket (net.core.rmem_max allows ${allowed})`;
}
