import {
  connectRouted,
  descriptorOf,
  type Route,
  type RoutedConnection,
} from "../../../ffi/socket/routed_socket.ts";
import { raceAddresses, type Resolve } from "./address_race.ts";
import type { Endpoint } from "./endpoint.ts";

/** Connects to a host by name or address. Throws the cause of a failure, or the signal's reason. */
export async function connectTcp(
  { host, port }: Endpoint,
  route: Route,
  signal: AbortSignal,
  resolve?: Resolve,
): Promise<RoutedConnection> {
  const isPlain = Object.values(route).every((value) => value === undefined);
  const connect = isPlain ? connectPlainly : connectRouted;
  return await raceAddresses<RoutedConnection>(
    host,
    {
      connect: (address, until) => connect({ host: address, port }, route, until),
      discard: ({ connection }) => connection.close(),
    },
    signal,
    resolve,
  );
}

async function connectPlainly(
  { host, port }: Endpoint,
  _route: Route,
  signal: AbortSignal,
): Promise<RoutedConnection> {
  const connection = await Deno.connect({ hostname: host, port, signal });
  const number = descriptorOf(connection);
  if (number !== undefined) return { connection, number };
  connection.close();
  throw new Deno.errors.ConnectionReset("The server closed the connection immediately");
}
