import { lookup } from "node:dns/promises";
import {
  connectRouted,
  type Route,
  type RoutedConnection,
} from "../../../ffi/socket/routed_socket.ts";
import type { Endpoint } from "./endpoint.ts";

/** Connects to a host by name or address. Throws the cause of a failure, or the signal's reason. */
export async function connectTcp(
  { host, port }: Endpoint,
  route: Route,
  signal: AbortSignal,
): Promise<RoutedConnection> {
  if (Object.values(route).every((value) => value === undefined)) {
    const connection = await Deno.connect({ hostname: host, port, signal });
    return { connection, port: (connection.localAddr as Deno.NetAddr).port };
  }
  let failure: unknown;
  for (const { address } of await lookup(host, { all: true })) {
    try {
      return await connectRouted({ host: address, port }, route, signal);
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
    }
  }
  throw failure;
}
