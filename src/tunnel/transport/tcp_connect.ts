import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import {
  connectRouted,
  descriptorOf,
  type Route,
  type RoutedConnection,
} from "../../../ffi/socket/routed_socket.ts";
import type { Endpoint } from "./endpoint.ts";

/** Returns the addresses of a host name. */
export type Resolve = (name: string) => Promise<readonly { address: string }[]>;

/** Returns the addresses that the system's resolver gives. */
export function resolveName(name: string): Promise<readonly { address: string }[]> {
  return lookup(name, { all: true });
}

/** Connects to a host by name or address. Throws the cause of a failure, or the signal's reason. */
export async function connectTcp(
  { host, port }: Endpoint,
  route: Route,
  signal: AbortSignal,
  resolve: Resolve = resolveName,
): Promise<RoutedConnection> {
  if (Object.values(route).every((value) => value === undefined)) {
    const connection = await Deno.connect({ hostname: host, port, signal });
    const number = descriptorOf(connection);
    if (number !== undefined) return { connection, number };
    connection.close();
    throw new Deno.errors.ConnectionReset("The server closed the connection immediately");
  }
  const addresses = isIP(host) === 0
    ? await untilAborted(resolve(host), signal)
    : [{ address: host }];
  let failure: unknown;
  for (const { address } of addresses) {
    try {
      return await connectRouted({ host: address, port }, route, signal);
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
    }
  }
  throw failure;
}

/** Resolves as `pending` does, or rejects with the signal's reason: a resolver may take minutes. */
async function untilAborted<T>(pending: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  try {
    return await Promise.race([pending, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
