import { assert, assertEquals } from "@std/assert";
import { ROOT, sources } from "../sources.ts";

const manifest = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`));

/** Runs a script of packaging; returns its exit code. */
async function run(...args: string[]): Promise<number> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--cached-only", "--quiet", ...args],
    cwd: ROOT,
    stderr: "null",
  }).output();
  return code;
}

Deno.test("the package for JSR has the program and no tests", () => {
  const { include } = manifest.publish;
  for (const path of include) assert(Deno.statSync(ROOT + path) !== undefined);
  for (const path of [manifest.exports.slice(2), "src", "ffi", "LICENSE"]) {
    assert(include.includes(path), path);
  }
  for (const path of ["tests", "bench", "links", ".github"]) assert(!include.includes(path), path);
});

Deno.test("deno.lock is frozen", async () => {
  assertEquals(manifest.lock, { frozen: true });
  const folder = await Deno.makeTempDir({ prefix: "pppoe-frozen-" });
  try {
    const imports = { "@hono/node-server": manifest.imports["@hono/node-server"] };
    await Deno.writeTextFile(
      `${folder}/deno.json`,
      JSON.stringify({ imports, lock: manifest.lock }),
    );
    await Deno.writeTextFile(`${folder}/deno.lock`, '{"version":"5"}');
    await Deno.writeTextFile(`${folder}/one.ts`, 'import "@hono/node-server";\n');
    const check = async (...args: string[]): Promise<[number, string]> => {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["check", "--cached-only", ...args, "one.ts"],
        cwd: folder,
      }).output();
      return [code, new TextDecoder().decode(stderr)];
    };
    const [code, words] = await check();
    assert(code !== 0 && words.includes("The lockfile is out of date"), words);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a copy without links/ takes the @std packages from jsr.io, with all else the same", async () => {
  const parent = await Deno.makeTempDir({ prefix: "pppoe-jsr-" });
  try {
    const folder = `${parent}/copy`;
    assertEquals(await run("packaging/without_links.ts", folder), 0);
    const { links, lock, ...rest } = JSON.parse(await Deno.readTextFile(`${folder}/deno.json`));
    const { links: _links, lock: _lock, ...others } = manifest;
    assertEquals([links, lock, rest], [undefined, undefined, others]);
    const inCopy = (path: string) => Deno.readTextFileSync(`${folder}/${path}`);
    for (const path of [...sources("src"), "tests/run.ts", ".ci/run", "deno.lock"]) {
      assertEquals(inCopy(path), Deno.readTextFileSync(ROOT + path), path);
    }
    for (const name of ["links", ".git"]) {
      assert([...Deno.readDirSync(folder)].every((entry) => entry.name !== name), name);
    }
    assert(await run("packaging/without_links.ts", folder) !== 0, "an existing folder is refused");
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});
