/** The admin API's sockets. The code that serves them is loaded on the first connection. */
import { adminSocket } from "../../config/admin_socket.ts";
import { withConfigKey } from "../../config/with_config_key.ts";
import { trustedOwners } from "../../config/files/file_rules.ts";
import { groupNumber } from "../../config/files/group.ts";
import { checkSocketPlace } from "../../config/files/places.ts";
import { readTokens } from "../../config/files/tokens.ts";
import type { Config } from "../../config/types.ts";
import { logger } from "../../log.ts";
import type { Daemon } from "../../daemon/daemon.ts";
import type { Serve } from "./access.ts";
import { AdminSocket } from "./admin_socket.ts";
import { listenUnix } from "./unix_listener.ts";

const log = logger("admin");

/** The admin sockets of one daemon. Connections wait until `serve` is called. */
export class Admin {
  #adminSockets: AdminSocket[];

  private constructor(adminSockets: AdminSocket[]) {
    this.#adminSockets = adminSockets;
  }

  /**
   * Listens as configured. Throws ConfigError, or Error if listening fails; a failure of the
   * default socket is only logged.
   */
  static async open(config: Config): Promise<Admin> {
    const admin = new Admin([]);
    try {
      const tokens = await readTokens(config);
      await admin.#openSocket(config);
      await admin.#openReadSocket(config);
      admin.#listen(config, tokens);
      return admin;
    } catch (error) {
      admin.close();
      throw error;
    }
  }

  /** Serves this daemon until `close`. */
  serve(daemon: Daemon): void {
    let loaded: Promise<Serve> | undefined;
    const serve: Serve = async (...connection) => {
      loaded ??= import("./serve.ts").then(({ makeServe }) => makeServe(daemon));
      await (await loaded)(...connection);
    };
    for (const adminSocket of this.#adminSockets) adminSocket.accept(serve);
  }

  /** Closes all sockets and connections. */
  close(): void {
    for (const adminSocket of this.#adminSockets) adminSocket.close();
  }

  async #openSocket(config: Config): Promise<void> {
    const socket = adminSocket(config, Deno.env.get("RUNTIME_DIRECTORY"));
    if (socket === undefined) return;
    const place = () => checkSocketPlace(socket.path, trustedOwners(config.file));
    try {
      await withConfigKey(config.file, "admin.socket", place);
      this.#adminSockets.push(
        new AdminSocket(await listenUnix(socket.path), { kind: "socket", role: "act" }),
      );
    } catch (error) {
      if (!socket.isDefault) throw error;
      log.warning("admin socket unavailable", { error: String(error) });
    }
  }

  async #openReadSocket({ file, admin: { readSocket, readGroup } }: Config): Promise<void> {
    if (readSocket === undefined) return;
    const place = () => checkSocketPlace(readSocket, trustedOwners(file));
    await withConfigKey(file, "admin.read_socket", place);
    const group = readGroup === undefined
      ? undefined
      : await withConfigKey(file, "admin.read_group", () => groupNumber(readGroup));
    const listener = await listenUnix(readSocket);
    this.#adminSockets.push(new AdminSocket(listener, { kind: "socket", role: "read" }));
    if (group === undefined) return;
    await withConfigKey(
      file,
      "admin.read_group",
      () => giveToGroup(readSocket, `${readGroup}`, group),
    );
  }

  #listen({ admin }: Config, tokens: { token?: string; readToken?: string }): void {
    try {
      for (const { host, port } of admin.listen ?? []) {
        const listener = Deno.listen({ hostname: host, port });
        this.#adminSockets.push(new AdminSocket(listener, { kind: "token", ...tokens }));
      }
    } catch (error) {
      const [name, { message }] = ["admin.listen", error as Error];
      throw new Error(`Cannot listen as "${name}" says: ${message}`, { cause: error });
    }
  }
}

function giveToGroup(path: string, name: string, group: number): void {
  try {
    Deno.chownSync(path, null, group);
  } catch {
    throw new Error(
      `Cannot give the socket "${path}" to the group "${name}": the daemon's user is not a member; add it, for example with SupplementaryGroups=${name} in the systemd unit`,
    );
  }
}
