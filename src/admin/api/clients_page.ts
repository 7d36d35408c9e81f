/** Search, order and pages of the clients of a server, or of the servers of a client. Pure. */
import type { ClientsQuery } from "./request_schema.ts";
import { type Client, type Clients, peerOf } from "./response_schema.ts";

/** Orders that start with the largest unless the query says otherwise. */
const LARGEST_FIRST: ReadonlySet<string> = new Set(["sessions", "bytes", "rtt"]);

type Order = (one: Client, other: Client) => number;

const ORDERS: Readonly<Record<NonNullable<ClientsQuery["sort"]>, Order>> = {
  name: byName,
  // Ascending: what needs attention first.
  state: (one, other) => Number(one.up) - Number(other.up),
  sessions: (one, other) => one.sessions - other.sessions,
  bytes: (one, other) => one.bytes_up + one.bytes_down - other.bytes_up - other.bytes_down,
  rtt: (one, other) => (one.rtt_seconds ?? -1) - (other.rtt_seconds ?? -1),
};

/**
 * Returns the clients that match, in the wanted order; without `sort` in that of the configuration.
 * `name` selects one.
 */
export function pageOfClients(all: Clients, query: ClientsQuery, name?: string): Clients {
  const rows = "clients" in all ? all.clients : all.servers;
  const found = rows.filter((client) => isWanted(client, query, name));
  const { offset = 0, limit = found.length } = query;
  const page = sorted(found, query).slice(offset, offset + limit);
  const counts = { total: found.length, offset };
  return "clients" in all ? { clients: page, ...counts } : { servers: page, ...counts };
}

function isWanted(client: Client, { search, state }: ClientsQuery, name?: string): boolean {
  if (name !== undefined && peerOf(client) !== name) return false;
  if (state !== undefined && client.up !== (state === "up")) return false;
  const text = search?.trim().toLowerCase() ?? "";
  return [peerOf(client), client.address ?? ""].some((word) => word.toLowerCase().includes(text));
}

function sorted(clients: Client[], { sort, order }: ClientsQuery): Client[] {
  if (sort === undefined) return clients;
  const sign = (order ?? (LARGEST_FIRST.has(sort) ? "desc" : "asc")) === "asc" ? 1 : -1;
  const by = ORDERS[sort];
  return clients.toSorted((one, other) => sign * by(one, other) || byName(one, other));
}

function byName(one: Client, other: Client): number {
  return peerOf(one).localeCompare(peerOf(other), "en", { numeric: true });
}
