import { assertEquals } from "@std/assert";
import { CaptureRing } from "../../src/daemon/capture_ring.ts";
import type { CaptureReader, CaptureSource } from "../../src/daemon/captures.ts";
import { withFolder } from "../cli/process.ts";

/** Captures whose one reader is this. */
function sourceOf(reader: CaptureReader): CaptureSource {
  return { begin: () => reader, size: 0, end() {} };
}

const LIMITS = { fileSize: 1 << 20, files: 2, secrets: false };

Deno.test("a capture that stops or cannot start says why until it runs again", () =>
  withFolder(async (folder) => {
    const full = Promise.withResolvers<undefined>();
    let reads = 0;
    const reader: CaptureReader = {
      read: () => reads++ === 0 ? full.promise : Promise.resolve(undefined),
      end() {},
    };
    const said: (string | undefined)[] = [];
    const stopped = Promise.withResolvers<void>();
    const ring = new CaptureRing(`${folder}/server.toml`, sourceOf(reader), (cause) => {
      said.push(cause);
      if (cause !== undefined) stopped.resolve();
    });
    await ring.apply({ ...LIMITS, directory: `${folder}/captures` });
    assertEquals(said, [undefined]);
    full.reject(new Error("No space left on device (os error 28)"));
    await stopped.promise;
    assertEquals(said.at(-1), "the disk is full; make room");
    await ring.apply({ ...LIMITS, directory: `${folder}/captures` });
    assertEquals(said.at(-1), undefined);
    await Deno.writeTextFile(`${folder}/file`, "");
    await ring.apply({ ...LIMITS, directory: `${folder}/file/captures` });
    assertEquals(typeof said.at(-1), "string");
    await ring.close();
  }));
