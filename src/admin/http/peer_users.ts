import { unixPeersAt } from "../../../ffi/socket/unix_peers.ts";

/**
 * Finds the user at the other end of a Unix socket's connections. Deno does not expose their
 * descriptors.
 */
export class PeerUsers {
  /** Descriptors of known connections that have not ended. */
  #known = new Map<number, Deno.Conn>();

  /** Returns the user id of a newly accepted connection; undefined if it is ambiguous. */
  userOf(connection: Deno.Conn, path: string): number | undefined {
    const fresh = unixPeersAt(path).filter(({ fd }) => !this.#known.has(fd));
    for (const { fd } of fresh) this.#known.set(fd, connection);
    // The kernel may keep an ended connection open for a moment.
    const users = new Set(fresh.map(({ uid }) => uid));
    const [uid] = users;
    return users.size === 1 ? uid : undefined;
  }

  /** Forgets a connection that has ended, as its descriptor may be reused. */
  forget(connection: Deno.Conn): void {
    for (const [fd, owner] of this.#known) if (owner === connection) this.#known.delete(fd);
  }
}
