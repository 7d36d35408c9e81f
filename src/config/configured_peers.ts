import { formatAddress } from "./addresses.ts";
import type { Config } from "./types.ts";

/** Returns the peers' names: those of a server's clients, or the addresses of a client's servers. */
export function configuredPeers(config: Config): string[] {
  return config.mode === "server"
    ? config.clients.map(({ name }) => name)
    : config.tunnel.connect.map(formatAddress);
}
