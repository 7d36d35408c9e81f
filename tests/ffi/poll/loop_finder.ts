/** A thread of its own that says which event loop it finds, and ends. */
/// <reference lib="deno.worker" />
import { libc } from "../../../ffi/libc.ts";
import { findEventLoop } from "../../../ffi/poll/event_loop.ts";
import { LoopNudge } from "../../../ffi/poll/loop_nudge.ts";

const AF_INET = 2;
const SOCK_STREAM_CLOEXEC = 1 | 0o2000000;

const socket = libc().socket(AF_INET, SOCK_STREAM_CLOEXEC, 0);
const nudge = new LoopNudge();
const loop = findEventLoop(socket, nudge.watched);
nudge.release();
libc().close(socket);
self.postMessage(loop);
