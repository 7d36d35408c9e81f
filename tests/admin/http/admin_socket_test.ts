import { assert, assertEquals } from "@std/assert";
import { AdminSocket } from "../../../src/admin/http/admin_socket.ts";
import { configureLogging, recentLines } from "../../../src/log.ts";

Deno.test("S1: an admin socket that cannot accept for want of descriptors logs a line a second", async () => {
  configureLogging({ level: "error", topics: {}, format: "json" });
  const before = recentLines.latest;
  const failed = Promise.withResolvers<void>();
  let tries = 0;
  const listener = {
    accept(): Promise<Deno.Conn> {
      if (++tries === 12) failed.resolve();
      return Promise.reject(new Error("Too many open files (os error 24)"));
    },
    close() {},
    addr: { transport: "tcp", hostname: "127.0.0.1", port: 1 },
  } as unknown as Deno.Listener;
  const socket = new AdminSocket(listener, { kind: "socket", role: "read" });
  const began = performance.now();
  const done = socket.accept(() => Promise.resolve());
  await failed.promise;
  const lines = recentLines.after(before).filter(({ json }) => json.includes("accept failed"));
  const seconds = Math.ceil((performance.now() - began) / 1_000);
  socket.close();
  await done;
  assert(lines.length >= 1 && lines.length <= seconds + 1, `${lines.length} in ${seconds} s`);
  assertEquals(tries, 12);
});
