import type * as v from "valibot";
import { AdminClient, type AdminRequest } from "./admin_client.ts";
import type { Arguments } from "./arguments.ts";
import { findSocket } from "./find_socket.ts";

/** One request to the daemon that the arguments mean; throws CommandError, UsageError. */
export async function askDaemon<T>(
  args: Arguments,
  request: AdminRequest,
  schema: v.GenericSchema<unknown, T>,
): Promise<T> {
  using client = new AdminClient(await findSocket(args));
  return await client.json(request, schema);
}
