import type { TransportConfig } from "./types.ts";

/** The transports that a setting permits, the preferred one first. */
export function transportsOf(
  setting: TransportConfig,
): readonly Exclude<TransportConfig, "auto">[] {
  return setting === "auto" ? ["quic", "tls"] : [setting];
}
