import { Buffer } from "node:buffer";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";

const ROOT = new URL("..", import.meta.url).pathname;

/** The shipped command line with another output. */
function compileArguments(output: string): string[] {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`));
  const [program, command, ...args] = tasks.compile.split(" ");
  assertEquals([program, command], ["deno", "compile"]);
  const moved = args.map((arg: string) => arg === "dist/pppoe-proxy" ? output : arg);
  return [command, "--no-check", ...moved]; // types are checked by `deno task check`
}

Deno.test("deno compile takes the program with the page's files, and no package of the tests", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: compileArguments(`${folder}/pppoe-proxy`),
      cwd: ROOT,
      // The base binary would be downloaded; what is embedded in it is the same.
      env: { DENORT_BIN: Deno.execPath(), NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert(success, said);
    assertStringIncludes(said, "prom-client");
    const made = Buffer.from(await Deno.readFile(`${folder}/pppoe-proxy`));
    for (const name of ["index.html", "main.js", "style.css"]) {
      const text = await Deno.readTextFile(`${ROOT}src/admin/web/${name}`);
      assert(made.includes(text), `${name} is embedded`);
    }
    for (const name of ["ajv", "playwright", "axe-core", "fast-check", "bintrees"]) {
      assertEquals([name, said.includes(`── ${name}`)], [name, false]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
