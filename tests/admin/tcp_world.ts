/** A daemon whose admin API also listens on TCP. */
import { Admin } from "../../src/admin/http/admin.ts";
import { freePort } from "../free_port.ts";
import { withFolder } from "../cli/process.ts";
import { configOf, withDaemon, type World, type WorldOptions } from "./daemon.ts";

export const TOKEN = "83e8c2a50f4feb3f41e3782c1b46534663037de861003c90ba4c690c33d2efdb";
export const READ_TOKEN = "0f6c1d92be87a3455e1f70c8d26b94a7ce1830f5927d4b6ea81c35f07de29b46";

/** The environment of a test with access over TCP. */
export interface TcpWorld extends World {
  folder: string;
  port: number;
  /** Sends a request and returns the status of the response. */
  status(path: string, token?: string, init?: RequestInit): Promise<number>;
}

/** Runs `body` with a daemon that has both tokens; `admin` is further TOML for that table. */
export async function withTcpDaemon(
  body: (world: TcpWorld) => Promise<void>,
  admin = "",
  options: WorldOptions = {},
): Promise<void> {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/admin.token`, `${TOKEN}\n`, { mode: 0o600 });
    await Deno.writeTextFile(`${folder}/read.token`, `${READ_TOKEN}\n`, { mode: 0o600 });
    const port = freePort();
    await withDaemon(options, async (world) => {
      const config = configOf(folder, {
        ...options,
        admin: `listen = "127.0.0.1:${port}"\ntoken_file = "admin.token"
read_token_file = "read.token"\n${admin}`,
      });
      const opened = await Admin.open(config);
      opened.serve(Object.create(world.daemon, { config: { value: () => config } }));
      const status = async (path: string, token?: string, init: RequestInit = {}) => {
        const authorization = token === undefined ? [] : [["authorization", `Bearer ${token}`]];
        const headers = [...new Headers(init.headers), ...authorization] as [string, string][];
        const response = await fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers });
        await response.body?.cancel();
        return response.status;
      };
      try {
        await body({ ...world, folder, port, status });
      } finally {
        opened.close();
      }
    });
  });
}

/** Number of sockets that processes have open on a local port, without the listening one. */
export async function openSockets(port: number): Promise<number> {
  const LISTEN = "0A";
  const ORPHAN = "0";
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const lines = (await Deno.readTextFile("/proc/net/tcp")).trim().split("\n").slice(1);
  return lines.map((line) => line.trim().split(/\s+/)).filter(([, local, , state, ...more]) =>
    local.endsWith(wanted) && state !== LISTEN && more[5] !== ORPHAN
  ).length;
}
