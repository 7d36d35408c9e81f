import { assert, assertEquals } from "@std/assert";
import { ROOT } from "../sources.ts";

Deno.test("docs/dependencies.md has a reason for each package in deno.json, and for no other", () => {
  const { imports } = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`));
  const used = Object.values<string>(imports).map((specifier) => {
    const [, source, name] = /^(npm|jsr):(@?[^@]+)@\^\d/.exec(specifier) ?? [];
    return `${name} ${source}`;
  });
  const text = Deno.readTextFileSync(`${ROOT}docs/dependencies.md`);
  const rows = [...text.matchAll(/^\| `([^`]+)` \| (npm|JSR) \| (.+) \| (.+) \|$/gm)];
  const explained = rows.map(([, name, source]) => `${name} ${source.toLowerCase()}`);
  assert(explained.length > 20);
  assertEquals(explained.toSorted(), [...new Set(used)].toSorted());
});
