import type { Daemon } from "./daemon.ts";
import { connectedPeers } from "./run.ts";

/** Returns a daemon's state as one line of text. */
export function serviceStatus({ config, link, proxy, draining, shards }: Daemon): string {
  const { otherClients = 0, otherSessions = 0 } = shards?.counts ?? {};
  const joined = [...proxy.peers.values()].filter(({ tunnel }) => tunnel !== undefined);
  const tunnels = config().mode === "server"
    ? `${plural(connectedPeers(proxy) + otherClients, "client")} connected`
    : joined.length > 0
    ? `Tunnel to ${joined[0].name} is up`
    : "No tunnel, connecting";
  return [
    tunnels,
    plural(proxy.sessions.table.size + otherSessions, "session"),
    ...(link.up ? [] : [`interface ${link.name} is down`]),
    ...(draining ? ["draining"] : []),
  ].join(", ");
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
