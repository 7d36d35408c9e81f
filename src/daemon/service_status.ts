import type { Daemon } from "./daemon.ts";
import { connectedPeers } from "./run.ts";

/** Returns a daemon's state as one line of text. */
export function serviceStatus({ config, link, proxy, monitor, draining, shards }: Daemon): string {
  const { otherClients = 0, otherSessions = 0 } = shards?.counts ?? {};
  const joined = [...proxy.peers.values()].filter(({ tunnel }) => tunnel !== undefined);
  const tunnels = config().mode === "server"
    ? `${plural(connectedPeers(proxy) + otherClients, "client")} connected`
    : joined.length > 0
    ? `Tunnel to ${joined[0].name} is up`
    : trouble(monitor);
  return [
    tunnels,
    plural(proxy.sessions.table.size + otherSessions, "session"),
    ...(link.up ? [] : [`interface ${link.name} is down`]),
    ...(draining ? ["draining"] : []),
  ].join(", ");
}

/** Why there is no tunnel: the cause of the last failed attempt, to whichever server. */
function trouble({ peers }: Daemon["monitor"]): string {
  const failures = [...peers.byName.values()].flatMap(({ failed }) => failed ?? []);
  const last = failures.sort((one, other) => other.at - one.at)[0];
  if (last === undefined) return "No tunnel, connecting";
  return `No tunnel, attempt ${last.attempt} failed: ${last.cause}`;
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
