/** A thread of its own that says which event loop it finds, and ends. */
/// <reference lib="deno.worker" />
import { LoopNudge } from "../../../ffi/poll/loop_nudge.ts";

const nudge = await LoopNudge.open();
const loop = nudge.findLoop();
nudge.release();
self.postMessage(loop);
