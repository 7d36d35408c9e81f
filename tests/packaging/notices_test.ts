/** Which packages a bundle contains, and what a release says of them and of Deno. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { packagesIn } from "../../packaging/release/contents.ts";
import { notice } from "../../packaging/release/notice.ts";
import { cratesIn } from "../../packaging/release/runtime.ts";
import { withFolder } from "../cli/process.ts";

/** Lays a bundle and the package "left" 1.0.0 in Deno's cache. */
async function lay(folder: string, code: string): Promise<[string, ReadonlyMap<string, string>]> {
  const [bundle, left] = [`${folder}/bundle`, `${folder}/left`];
  await Deno.mkdir(`${bundle}/src/shards`, { recursive: true });
  await Deno.mkdir(left);
  await Deno.writeTextFile(`${bundle}/main.js`, "// src/main.ts\nrun();\n");
  await Deno.writeTextFile(`${bundle}/src/shards/worker.js`, code);
  await Deno.writeTextFile(`${left}/package.json`, '{"license":"ISC"}');
  await Deno.writeTextFile(`${left}/LICENSE`, "ISC\n  Copyright (c) 2020 Somebody\nText.");
  return [bundle, new Map([["@a/left@1.0.0", left]])];
}

Deno.test("packages of a bundle are known by its comments, at any depth, once each", () =>
  withFolder(async (folder) => {
    const [bundle, folders] = await lay(
      folder,
      `// npm:@a/left@1.0.0/index.js
1;
// npm:@a/left@1.0.0/other.js
2;
// deno:https://jsr.io/@std/toml/1.0.11/parse.ts
3;
`,
    );
    const integrity = new Map([["@a/left@1.0.0", "sha512-AQI="]]);
    assertEquals(packagesIn(bundle, { folders, integrity }), [
      {
        registry: "npm",
        name: "@a/left",
        version: "1.0.0",
        licence: "ISC",
        copyright: ["Copyright (c) 2020 Somebody"],
        sha512: "0102",
      },
      {
        registry: "jsr",
        name: "@std/toml",
        version: "1.0.11",
        licence: "MIT",
        copyright: [],
        sha512: undefined,
      },
    ]);
    const nothing = { folders: new Map(), integrity };
    assertThrows(() => packagesIn(bundle, nothing), Error, "@a/left@1.0.0");
  }));

Deno.test("Rust packages are known by the paths in a program, with hyphens and odd versions", () => {
  const path = (name: string): string =>
    `\0/root/.cargo/registry/src/index.crates.io-1949cf8c/${name}/src/a.rs`;
  const names = [
    "quinn-proto-0.11.14",
    "sha3-0.11.0-rc.8",
    "ash-0.38.0+1.3.281",
    "quinn-proto-0.11.14",
  ];
  const program = new TextEncoder().encode(`${names.map(path).join("")}\0index.crates.io-`);
  assertEquals(cratesIn(program), [
    { name: "ash", version: "0.38.0+1.3.281" },
    { name: "quinn-proto", version: "0.11.14" },
    { name: "sha3", version: "0.11.0-rc.8" },
  ]);
});

Deno.test("a notice names the packages, and Deno only where it is inside", () => {
  const left = { registry: "npm", name: "left", version: "1.0.0" } as const;
  const packages = [{ ...left, licence: "ISC", copyright: [], sha512: undefined }];
  const runtime = { deno: "2.9.6", v8: "14.9", crates: [{ name: "rustls", version: "0.23.40" }] };
  const without = notice("1.2.3", "MIT License", packages, "left 1.0.0\n\nISC text", undefined);
  for (const part of ["pppoe-proxy 1.2.3\n", "MIT License", "left 1.0.0  ISC\n", "ISC text\n"]) {
    assertStringIncludes(without, part);
  }
  assertEquals(without.includes("Deno"), false);
  const inside = notice("1.2.3", "MIT License", packages, "left 1.0.0\n\nISC text", runtime);
  for (const part of ["Deno 2.9.6", "V8 14.9", "    rustls 0.23.40\n"]) {
    assertStringIncludes(inside, part);
  }
});
