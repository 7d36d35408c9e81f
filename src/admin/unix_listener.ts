import { dirname } from "node:path";
import { RUN_FOLDER } from "../config/admin_socket.ts";

/** All bits but reading and writing for owner and group. */
const UMASK = 0o117;

/**
 * Listens on a Unix socket of mode 0660. A file that a dead process left is replaced. Throws an Error
 * where a living process listens there, or the operating system refuses.
 */
export async function listenUnix(path: string): Promise<Deno.UnixListener> {
  const refuse = (why: string, cause?: unknown): Error =>
    new Error(`Cannot listen on the socket "${path}": ${why}`, { cause });
  try {
    if (dirname(path) === RUN_FOLDER) {
      await Deno.mkdir(RUN_FOLDER, { recursive: true, mode: 0o755 });
    }
    await removeStale(path, refuse);
    const umask = Deno.umask(UMASK);
    try {
      return Deno.listen({ transport: "unix", path });
    } finally {
      Deno.umask(umask);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw refuse("there is no such folder", error);
    if (error instanceof Deno.errors.PermissionDenied) throw refuse("not permitted", error);
    throw error;
  }
}

async function removeStale(path: string, refuse: (why: string) => Error): Promise<void> {
  const found = await Deno.lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket) throw refuse("there is a file of that name; remove it or name another");
  const isAlive = await Deno.connect({ transport: "unix", path }).then((connection) => {
    connection.close();
    return true;
  }, (error) => !(error instanceof Deno.errors.ConnectionRefused));
  if (isAlive) throw refuse("a living process listens there; name another as admin.socket");
  await Deno.remove(path);
}
