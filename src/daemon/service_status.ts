import type { Daemon } from "./daemon.ts";

/** Returns a daemon's state as one line of text. */
export function serviceStatus({ config, link, proxy, draining }: Daemon): string {
  const joined = [...proxy.peers.values()].filter(({ tunnel }) => tunnel !== undefined);
  const tunnels = config().mode === "server"
    ? `${plural(joined.length, "client")} connected`
    : joined.length > 0
    ? `Tunnel to ${joined[0].name} is up`
    : "No tunnel, connecting";
  return [
    tunnels,
    plural(proxy.sessions.table.size, "session"),
    ...(link.up ? [] : [`interface ${link.name} is down`]),
    ...(draining ? ["draining"] : []),
  ].join(", ");
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
