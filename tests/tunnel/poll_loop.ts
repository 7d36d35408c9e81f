import { libc } from "../../ffi/libc.ts";

/** Makes the event loop poll its sockets: for tunnels without a daemon around them. */
export async function pollLoop(): Promise<void> {
  await libc().yieldAside();
}
