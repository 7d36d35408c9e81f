import { assertEquals } from "@std/assert";
import { inDirectory } from "./sessions.ts";

const SCRIPT = new URL("full_disk.ts", import.meta.url).pathname;

Deno.test("a full or read-only disk, also at startup, is reported once, and its data is written later", () =>
  inDirectory(async (directory) => {
    const { code, stderr } = await new Deno.Command("unshare", {
      args: [
        ...["--user", "--map-root-user", "--mount"],
        ...[Deno.execPath(), "run", "-A", "--cached-only", SCRIPT, directory],
      ],
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
  }));
