import { assertRejects } from "@std/assert";
import type { CaptureReader, Captures } from "../../src/daemon/captures.ts";
import { SharedCaptures } from "../../src/daemon/shard_captures.ts";

Deno.test("a thread that cannot read its part of a capture fails the next read, not the daemon", async () => {
  const own: CaptureReader = { read: () => new Promise(() => {}), end() {} };
  const gone: CaptureReader = { read: () => Promise.reject(new Error("it is gone")), end() {} };
  const captures = new SharedCaptures(
    { begin: () => own, size: 1, end() {} } as unknown as Captures,
    () => [gone],
  );
  const capture = captures.begin({ filter: {}, secrets: false });
  // Nobody reads meanwhile: a rejection that nobody handles would end the process.
  await new Promise((resolve) => setTimeout(resolve, 0));
  await assertRejects(async () => await capture?.read(), Error, "it is gone");
});
