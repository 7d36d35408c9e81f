import { dirname } from "node:path";
import { RUN_FOLDER } from "../../config/admin_socket.ts";

/** Masks every mode bit except read and write for owner and group. */
const UMASK = 0o117;

/**
 * Listens on a Unix socket with mode 0660. Replaces a socket file left by a dead process. Throws
 * Error if a living process listens there, or if the operating system refuses.
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
    if (error instanceof Deno.errors.NotFound) throw refuse("no such directory", error);
    if (error instanceof Deno.errors.PermissionDenied) throw refuse("permission denied", error);
    throw error;
  }
}

async function removeStale(path: string, refuse: (why: string) => Error): Promise<void> {
  const found = await Deno.lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket) {
    throw refuse(
      "a file with this name exists and is not a socket; remove it or choose another path",
    );
  }
  const isAlive = await Deno.connect({ transport: "unix", path }).then((connection) => {
    connection.close();
    return true;
  }, (error) => !(error instanceof Deno.errors.ConnectionRefused));
  if (isAlive) throw refuse("another process is listening there; choose another path");
  await Deno.remove(path);
}
