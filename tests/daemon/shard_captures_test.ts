import { assertEquals, assertRejects } from "@std/assert";
import { CAPTURE } from "../../src/admin/api/capture_route.ts";
import type { Request } from "../../src/admin/http/route.ts";
import { Capture } from "../../src/capture/capture.ts";
import { CaptureClock } from "../../src/capture/capture_clock.ts";
import type { CaptureReader, Captures, CaptureSource } from "../../src/daemon/captures.ts";
import type { Daemon } from "../../src/daemon/daemon.ts";
import {
  LentCaptures,
  RemoteCapture,
  type RemoteRequest,
  SharedCaptures,
} from "../../src/daemon/shard_captures.ts";
import { inTime } from "../until.ts";

/** A source of one capture. */
function source() {
  const clock = new CaptureClock(Date.now, () => performance.now());
  const capture = new Capture({ ...WANTED, clock, application: "", place: "" });
  return { capture, captures: { begin: () => capture, size: 1, end() {} } as unknown as Captures };
}

const WANTED = { filter: {}, secrets: false };

Deno.test("a thread that cannot read its part of a capture fails the next read, not the daemon", async () => {
  const gone: CaptureReader = { read: () => Promise.reject(new Error("it is gone")), end() {} };
  const own = source();
  const capture = new SharedCaptures(own.captures, () => [gone]).begin(WANTED);
  // Nobody reads meanwhile: a rejection that nobody handles would end the process.
  await new Promise((resolve) => setTimeout(resolve, 0));
  const readAll = async (): Promise<void> => {
    while (await capture?.read() !== undefined);
  };
  await assertRejects(() => inTime(readAll()), Error, "it is gone");
  assertEquals(own.capture.isEnded, true, "the other threads' captures end, and free their places");
});

/** Captures of two threads, of which the second one is asked directly. */
function twoThreads() {
  const [own, other] = [source(), source()];
  const lent = new LentCaptures(() => Promise.resolve<CaptureSource>(other.captures));
  const ask = async (question: string, argument: unknown): Promise<unknown> => {
    if (question === "capture-begin") return await lent.begin(argument as RemoteRequest);
    if (question === "capture-read") return await lent.read(argument as number);
    return lent.end(argument as number);
  };
  const shared = new SharedCaptures(own.captures, (wanted) => [new RemoteCapture(ask, wanted)]);
  return { shared, lent };
}

for (const isReading of [true, false]) {
  const when = isReading ? "while it waits for frames" : "between two reads";
  Deno.test(`a reader that leaves ${when} leaves nothing of its capture on any thread`, async () => {
    const { shared, lent } = twoThreads();
    const daemon = {
      captures: () => Promise.resolve(shared),
      config: () => ({ mode: "server" }),
      monitor: { emit() {} },
    } as unknown as Daemon;
    const env = { access: { kind: "socket" }, role: "act", caller: {}, stream: () => true };
    const request = { context: { env }, query: {} } as unknown as Request;
    const answer = await CAPTURE.handle(daemon, request) as Response;
    const reader = answer.body?.getReader();
    await inTime(reader?.read() ?? Promise.reject()); // the head
    const waiting = isReading ? reader?.read() : undefined;
    await inTime(reader?.cancel() ?? Promise.reject());
    await waiting;
    const turn = new Promise((resolve) => setTimeout(() => resolve("kept"), 0));
    assertEquals(await Promise.race([lent.drained().then(() => "nothing"), turn]), "nothing");
  });
}
