import { crossFullPackets } from "../../tunnel/path_probe.ts";
import type { Connection } from "../../tunnel/transport/connection.ts";
import { type DoctorCheck, runDoctorCheck } from "./doctor_check.ts";

/** Headers of IPv6 and TCP without options, in bytes (RFC 8200 section 3, RFC 9293 section 3.1). */
const HEADERS = 60;

/** A server whose path is checked. */
export interface PathTarget {
  /** The configuration's path. */
  file: string;
  /** The server, for messages. */
  shown: string;
  /** Milliseconds. */
  timeout: number;
}

/** Checks that full packets reach a server and return, on a connection that has logged in. */
export async function checkPath(
  connection: Connection,
  { file, shown, timeout }: PathTarget,
): Promise<DoctorCheck[]> {
  const options = { name: "path", code: "path-drops-packets", file } as const;
  return await runDoctorCheck(options, async (findings) => {
    const full = connection.tcp?.()?.segment;
    const expired = Promise.withResolvers<false>();
    const timer = setTimeout(() => expired.resolve(false), timeout);
    const crossing = crossFullPackets(connection).catch(() => false);
    const crossed = await Promise.race([crossing, expired.promise]);
    clearTimeout(timer);
    const what = full === undefined ? "full packets" : `packets with ${full} bytes`;
    if (crossed) return `${what} reach ${shown} and return`;
    findings.add("error", "path-drops-packets", "tunnel.mss", {
      words: `No ${what} crossed the path to ${shown} within ${
        timeout / 1_000
      } s, although small ones do: the path drops them without reporting it`,
      remedy: `set tunnel.mss to its MTU less ${HEADERS}, such as 1000`,
    });
    return "";
  });
}
