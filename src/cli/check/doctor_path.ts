import { permitsCongestionControl } from "../../../ffi/socket/tcp_options.ts";
import type { Config } from "../../config/types.ts";
import { crossFullPackets } from "../../tunnel/path_probe.ts";
import type { Connection } from "../../tunnel/transport/connection.ts";
import { type DoctorCheck, runCheck } from "./doctor_check.ts";
import type { Findings } from "./findings.ts";

/** Headers of IPv6 and TCP without options, in bytes (RFC 8200 section 3, RFC 9293 section 3.1). */
const HEADERS = 60;

/** Checks that full packets reach a server and return, on a connection that has logged in. */
export async function checkPath(
  connection: Connection,
  shown: string,
  timeout: number,
): Promise<DoctorCheck[]> {
  return await runCheck("path", async () => {
    const full = connection.tcp?.()?.segment;
    const expired = Promise.withResolvers<false>();
    const timer = setTimeout(() => expired.resolve(false), timeout);
    const crossing = crossFullPackets(connection).catch(() => false);
    const crossed = await Promise.race([crossing, expired.promise]);
    clearTimeout(timer);
    const what = full === undefined ? "full packets" : `packets with ${full} bytes`;
    if (crossed) return `${what} reach ${shown} and return`;
    throw new Error(
      `No ${what} crossed the path to ${shown} within ${
        timeout / 1_000
      } s, although small ones do: ` +
        `the path drops them without reporting it; set tunnel.mss to its MTU less ${HEADERS}, such as 1000`,
    );
  });
}

/** Says which congestion control TCP uses, and warns of a configured one that it cannot use. */
export async function checkCongestionControl({ tunnel }: Config): Promise<DoctorCheck[]> {
  const { transport, congestionControl } = tunnel;
  if (transport === "quic") return [];
  return await runCheck(
    "congestion control",
    (findings) => judgeCongestionControl(congestionControl, permitsCongestionControl, findings),
  );
}

/** Judges the configured congestion control. `permits` says which ones this process may use. */
export function judgeCongestionControl(
  configured: string,
  permits: (name: string) => boolean,
  { notes }: Findings,
): string {
  if (configured === "auto") {
    return permits("bbr")
      ? "bbr"
      : "the kernel's default; on lossy paths BBR is faster: load tcp_bbr and add bbr to " +
        "net.ipv4.tcp_allowed_congestion_control";
  }
  if (permits(configured)) return configured;
  notes.push(
    `tunnel.congestion_control is "${configured}", which the kernel does not permit, so its default ` +
      "is used; `sysctl net.ipv4.tcp_allowed_congestion_control` lists what it permits",
  );
  return "";
}
