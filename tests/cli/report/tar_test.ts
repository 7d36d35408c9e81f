import { assertEquals, assertThrows } from "@std/assert";
import { tar } from "../../../src/cli/report/tar.ts";
import { runCommand } from "../../lab/process.ts";
import { needing } from "../../needs.ts";
import { withFolder } from "../process.ts";

Deno.test(needing(["tar"], {
  name: "tar unpacks an archive with files of all sizes around a block",
  fn: () =>
    withFolder(async (folder) => {
      const files = [0, 1, 511, 512, 513, 5_000].map((size) => ({
        name: `x/${size}.bin`,
        content: crypto.getRandomValues(new Uint8Array(size)),
      }));
      const time = Date.UTC(2026, 10, 26);
      await Deno.writeFile(`${folder}/a.tar`, tar(files, time));
      assertEquals(await runCommand("tar", "-C", folder, "-xf", `${folder}/a.tar`), "");
      for (const { name, content } of files) {
        assertEquals(await Deno.readFile(`${folder}/${name}`), content);
        const { mode, mtime } = await Deno.stat(`${folder}/${name}`);
        assertEquals([(mode ?? 0) & 0o777, mtime?.getTime()], [0o600, time]);
      }
    }),
}));

Deno.test("a name that does not fit is refused", () => {
  const content = new Uint8Array(0);
  assertEquals(tar([{ name: "x".repeat(100), content }], 0).length, 1_536);
  assertThrows(() => tar([{ name: "x".repeat(101), content }], 0), RangeError);
});
