import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { libc } from "../../../ffi/libc.ts";
import { findEventLoop, findEventLoops } from "../../../ffi/poll/event_loop.ts";
import { LoopNudge } from "../../../ffi/poll/loop_nudge.ts";

const AF_INET = 2;
const SOCK_STREAM_CLOEXEC = 1 | 0o2000000;
/** More than the numbers of a program's first files. */
const FILES = 100;

Deno.test("each thread finds its own event loop, however many files were open before", async () => {
  const socket = libc().socket(AF_INET, SOCK_STREAM_CLOEXEC, 0);
  const files = Array.from({ length: FILES }, () => Deno.openSync("/dev/null"));
  const before = [...findEventLoops(socket)];
  const worker = new Worker(new URL("loop_finder.ts", import.meta.url), { type: "module" });
  const nudge = await LoopNudge.open();
  try {
    const theirs = await new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data));
    const added = [...findEventLoops(socket)].filter((loop) => !before.includes(loop));
    assert(added.some((loop) => loop === theirs && loop >= FILES), `${theirs}, not in ${added}`);
    const ours = nudge.findLoop();
    assert(before.includes(ours), `${ours}, not in ${before}`);
    assertNotEquals(ours, theirs);
    assertEquals(findEventLoop(socket, socket), -1);
  } finally {
    worker.terminate();
    nudge.release();
    files.forEach((file) => file.close());
    libc().close(socket);
  }
});
