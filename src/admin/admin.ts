/** The admin API's sockets. What answers there is loaded when somebody asks. */
import { adminSocket } from "../config/admin_socket.ts";
import { blaming } from "../config/blame.ts";
import { trustedOwners } from "../config/file_rules.ts";
import { checkSocketPlace } from "../config/places.ts";
import { readSecret } from "../config/secrets.ts";
import type { Config } from "../config/types.ts";
import { logger } from "../log.ts";
import type { Daemon } from "../proxy/daemon_interface.ts";
import { listenUnix } from "./unix_listener.ts";

const log = logger("admin");

/** Connections at a time; more are closed at once. */
export const MAX_CONNECTIONS = 64;
/** Pause after a failed accept (too many open files, say), so as not to spin. Milliseconds. */
const ACCEPT_PAUSE = 100;

/** How somebody reached us: over the Unix socket, whose mode decides, or with the token in hand. */
export type Access = { kind: "socket" } | { kind: "token"; token: string };

/** Takes over a connection; resolves when it has ended. */
export type Serve = (connection: Deno.Conn, access: Access) => Promise<void>;

interface Door {
  listener: Deno.Listener;
  access: Access;
}

/** The sockets of one daemon. Connections wait until `serve` is called. */
export class Admin {
  #doors: Door[];
  #connections = new Set<Deno.Conn>();
  #closed = false;

  private constructor(doors: Door[]) {
    this.#doors = doors;
  }

  /**
   * Listens where the configuration says. Throws an Error where that is impossible; of the default
   * socket only the log is told.
   */
  static async open(config: Config): Promise<Admin> {
    const doors: Door[] = [];
    const token = await readToken(config);
    const socket = adminSocket(config, Deno.env.get("RUNTIME_DIRECTORY"));
    if (socket !== undefined) {
      try {
        await blaming(
          config.file,
          "admin.socket",
          () => checkSocketPlace(socket.path, trustedOwners(config.file)),
        );
        doors.push({ listener: await listenUnix(socket.path), access: { kind: "socket" } });
      } catch (error) {
        if (!socket.isDefault) throw error;
        log.warning("no admin socket", { error: String(error) });
      }
    }
    try {
      for (const { host, port } of token === undefined ? [] : config.admin.listen ?? []) {
        const listener = Deno.listen({ hostname: host, port });
        doors.push({ listener, access: { kind: "token", token: token ?? "" } });
      }
    } catch (error) {
      for (const { listener } of doors) listener.close();
      const [name, { message }] = ["admin.listen", error as Error];
      throw new Error(`Cannot listen where "${name}" says: ${message}`, { cause: error });
    }
    return new Admin(doors);
  }

  /** Answers for this daemon until `close`. */
  serve(daemon: Daemon): void {
    let loaded: Promise<Serve> | undefined;
    const serve: Serve = async (connection, access) => {
      loaded ??= import("./serve.ts").then(({ makeServe }) => makeServe(daemon));
      await (await loaded)(connection, access);
    };
    for (const door of this.#doors) this.#accept(door, serve);
  }

  /** Closes all sockets and connections. */
  close(): void {
    this.#closed = true;
    for (const { listener } of this.#doors) {
      listener.close();
      if (listener.addr.transport === "unix") remove(listener.addr.path);
    }
    for (const connection of this.#connections) closeQuietly(connection);
  }

  async #accept({ listener, access }: Door, serve: Serve): Promise<void> {
    while (!this.#closed) {
      try {
        this.#take(await listener.accept(), access, serve);
      } catch (error) {
        if (this.#closed) return;
        log.error("accept failed", { error: String(error) });
        await new Promise((resolve) => setTimeout(resolve, ACCEPT_PAUSE));
      }
    }
  }

  async #take(connection: Deno.Conn, access: Access, serve: Serve): Promise<void> {
    if (this.#connections.size >= MAX_CONNECTIONS) return closeQuietly(connection);
    this.#connections.add(connection);
    try {
      await serve(connection, access);
    } catch (error) {
      log.error("connection failed", { error: String(error) });
    } finally {
      this.#connections.delete(connection);
      closeQuietly(connection);
    }
  }
}

/** The token's digits. Throws ConfigError. */
async function readToken({ file, admin: { tokenFile } }: Config): Promise<string | undefined> {
  if (tokenFile === undefined) return undefined;
  const read = () => readSecret(tokenFile, "token", trustedOwners(file));
  return (await blaming(file, "admin.token_file", read)).toHex();
}

function closeQuietly(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // it was closed already
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // somebody else did
  }
}
