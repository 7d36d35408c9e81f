import { assertEquals } from "@std/assert";
import { ROOT, sources } from "./sources.ts";

/** Exports of a value. Types describe what others get, whether or not they name them. */
const VALUE = /^export (?:abstract )?(?:async )?(?:class|function\*?|const|enum) (\w+)/gm;
/** Used by the program's entry point. */
const ENTRY = "src/cli/mod.ts: dispatch";
const FOLDERS = ["src", "ffi", "tests", "bench", "packaging"];

Deno.test("what a source file exports, another file uses", () => {
  const texts = new Map<string, string>();
  const users = new Map<string, Set<string>>();
  for (const path of FOLDERS.flatMap((folder) => [...sources(folder)])) {
    const text = Deno.readTextFileSync(ROOT + path);
    texts.set(path, text);
    for (const [word] of text.matchAll(/[A-Za-z_]\w*/g)) {
      const files = users.get(word) ?? new Set<string>();
      users.set(word, files.add(path));
    }
  }
  const unused = [...texts].filter(([path]) => /^(src|ffi)\//.test(path)).flatMap(([path, text]) =>
    [...text.matchAll(VALUE)].map(([, name]) => name)
      .filter((name) => (users.get(name)?.size ?? 0) < 2).map((name) => `${path}: ${name}`)
  );
  assertEquals(unused.filter((name) => name !== ENTRY), []);
});
