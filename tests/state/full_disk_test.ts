import { assertEquals } from "@std/assert";
import { inDirectory } from "./sessions.ts";

const SCRIPT = new URL("full_disk.ts", import.meta.url).pathname;

Deno.test("a disk that is full or read-only, also at the start, is told once and made good for", () =>
  inDirectory(async (directory) => {
    const { code, stderr } = await new Deno.Command("unshare", {
      args: [
        ...["--user", "--map-root-user", "--mount"],
        ...[Deno.execPath(), "run", "-A", "--cached-only", SCRIPT, directory],
      ],
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
  }));
