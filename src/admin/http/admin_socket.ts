/**
 * One listening socket of the admin API. Each has its own limits, so filling one blocks no other.
 */
import { LineLimit, suppressedFact } from "../../line_limit.ts";
import { logger } from "../../log.ts";
import type { Access, Caller, Role, Serve } from "./access.ts";
import { PeerUsers } from "./peer_users.ts";

const log = logger("admin");

/** Maximum number of concurrent connections per socket. */
export const MAX_CONNECTIONS = 64;
/** Maximum number of those over TCP whose callers have proved the role "read". */
export const MAX_READERS = MAX_CONNECTIONS / 2;
/**
 * Pause after a failed accept (such as too many open files), to avoid a busy loop, in milliseconds.
 */
const ACCEPT_PAUSE = 100;

/** What a connection has reached. */
interface Standing {
  /** The role that its caller has proved. */
  role: Role | undefined;
  /** Whether its response has been sent, so that closing it harms nobody. */
  answered: boolean;
}

/** Accepts connections and passes them to the server. */
export class AdminSocket {
  #listener: Deno.Listener;
  #access: Access;
  /** Oldest first. */
  #connections = new Map<Deno.Conn, Standing>();
  #users = new PeerUsers();
  #failures = new LineLimit(() => performance.now());
  #closed = false;

  constructor(listener: Deno.Listener, access: Access) {
    this.#listener = listener;
    this.#access = access;
  }

  /** Accepts until `close`. */
  async accept(serve: Serve): Promise<void> {
    while (!this.#closed) {
      try {
        const connection = await this.#listener.accept();
        this.#take(connection, serve);
      } catch (error) {
        if (this.#closed) return;
        this.#failures.log("accept", (suppressed) => {
          log.error("accept failed", { error: String(error), ...suppressedFact(suppressed) });
        });
        await new Promise((resolve) => setTimeout(resolve, ACCEPT_PAUSE));
      }
    }
  }

  /** Closes the socket, removes its file and closes all its connections. */
  close(): void {
    this.#closed = true;
    this.#listener.close();
    const { addr } = this.#listener;
    if (addr.transport === "unix") remove(addr.path);
    for (const connection of this.#connections.keys()) closeQuietly(connection);
  }

  async #take(connection: Deno.Conn, serve: Serve): Promise<void> {
    if (this.#connections.size >= MAX_CONNECTIONS && !this.#makeRoom()) {
      return closeQuietly(connection);
    }
    const caller = this.#callerOf(connection);
    const standing: Standing = { role: undefined, answered: false };
    this.#connections.set(connection, standing);
    try {
      await serve(connection, this.#access, caller, {
        proven: (role) => {
          standing.role = role;
          if (this.#access.kind === "token") this.#limitReaders();
        },
        answered: () => standing.answered = true,
      });
    } catch (error) {
      this.#failures.log("connection", (suppressed) => {
        log.error("connection failed", { error: String(error), ...suppressedFact(suppressed) });
      });
    } finally {
      this.#connections.delete(connection);
      closeQuietly(connection);
      this.#users.forget(connection);
    }
  }

  /**
   * Evicts the oldest connection that has its response, or else the oldest TCP connection that has
   * not shown a token: any local user can open idle ones. A Unix socket's mode already limits who
   * connects.
   */
  #makeRoom(): boolean {
    return this.#evict(({ answered }) => answered) ||
      (this.#access.kind === "token" && this.#evict(({ role }) => role === undefined));
  }

  /** Evicts a reader for another one, so that readers leave room for callers with full access. */
  #limitReaders(): void {
    const readers = [...this.#connections.values()].filter(({ role }) => role === "read");
    if (readers.length > MAX_READERS) this.#evict(({ role }) => role === "read");
  }

  #evict(isWanted: (standing: Standing) => boolean): boolean {
    for (const [connection, standing] of this.#connections) {
      if (!isWanted(standing)) continue;
      this.#connections.delete(connection);
      closeQuietly(connection);
      return true;
    }
    return false;
  }

  #callerOf(connection: Deno.Conn): Caller {
    const { remoteAddr } = connection;
    if (remoteAddr?.transport === "tcp") {
      return { address: `${remoteAddr.hostname}:${remoteAddr.port}` };
    }
    const { addr } = this.#listener;
    if (addr.transport !== "unix") return {};
    const uid = this.#users.userOf(connection, addr.path);
    return uid === undefined ? {} : { uid };
  }
}

function closeQuietly(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // already closed
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // already removed
  }
}
