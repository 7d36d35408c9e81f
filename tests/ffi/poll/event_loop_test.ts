import { assert, assertEquals } from "@std/assert";
import { libc } from "../../../ffi/libc.ts";
import { findEventLoop, findEventLoops } from "../../../ffi/poll/event_loop.ts";

const AF_INET = 2;
const SOCK_STREAM_CLOEXEC = 1 | 0o2000000;
/** More than the numbers of a program's first files. */
const FILES = 100;

Deno.test("an event loop is found, however many files were open before it began", async () => {
  const socket = libc().socket(AF_INET, SOCK_STREAM_CLOEXEC, 0);
  const files = Array.from({ length: FILES }, () => Deno.openSync("/dev/null"));
  const before = [...findEventLoops(socket)];
  const worker = new Worker("data:text/javascript,self.postMessage('up')", { type: "module" });
  try {
    await new Promise((resolve) => worker.onmessage = resolve);
    const added = [...findEventLoops(socket)].filter((loop) => !before.includes(loop));
    assert(added.some((loop) => loop >= FILES), `only ${added}`);
    assertEquals(findEventLoop(socket), before[0]);
  } finally {
    worker.terminate();
    files.forEach((file) => file.close());
    libc().close(socket);
  }
});
