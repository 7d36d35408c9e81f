import { unixPeersAt } from "../../ffi/unix_peers.ts";

/** The users at the other ends of a Unix socket's connections, whose descriptors Deno does not show. */
export class PeerUsers {
  /** Descriptors of connections that were looked at and have not ended. */
  #known = new Map<number, Deno.Conn>();

  /** The user of a connection that was just accepted; undefined where it cannot be told from others. */
  userOf(connection: Deno.Conn, path: string): number | undefined {
    const fresh = unixPeersAt(path).filter(({ fd }) => !this.#known.has(fd));
    for (const { fd } of fresh) this.#known.set(fd, connection);
    // One that has ended may still be open in the kernel for a moment.
    const users = new Set(fresh.map(({ uid }) => uid));
    const [uid] = users;
    return users.size === 1 ? uid : undefined;
  }

  /** A connection has ended, and its number may come again. */
  forget(connection: Deno.Conn): void {
    for (const [fd, owner] of this.#known) if (owner === connection) this.#known.delete(fd);
  }
}
