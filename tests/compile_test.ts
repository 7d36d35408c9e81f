import { Buffer } from "node:buffer";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { compileArguments } from "./compiled/build.ts";
import { PERMISSIONS, V8_FLAGS } from "./lab/shipped.ts";

const ROOT = new URL("..", import.meta.url).pathname;

/** The options in a task of deno.json. */
function optionsOf(task: string): string[] {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`));
  return tasks[task].command.split(" ").filter((word: string) => word.startsWith("-"));
}

Deno.test("X2: the tasks compile and serve have the permissions that the labs use", () => {
  assertEquals(optionsOf("serve"), [...PERMISSIONS, V8_FLAGS]);
  const making = ["--exclude-unused-npm", "--no-code-cache", "--output"];
  const running = optionsOf("compile").filter((option) => !making.includes(option));
  assertEquals(running, [...PERMISSIONS, V8_FLAGS]);
});

function* sources(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(ROOT + folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* sources(path);
    else if (name.endsWith(".ts")) yield path;
  }
}

Deno.test("X2: tests and benchmarks start the program only with the shipped permissions", () => {
  const starting = [...sources("tests"), ...sources("bench")].filter((path) =>
    /["'`/]main\.ts["'`]/.test(Deno.readTextFileSync(ROOT + path)) && !path.startsWith("bench/main")
  );
  // dependencies.ts only fetches the program's imports.
  assertEquals(starting.sort(), ["tests/lab/dependencies.ts", "tests/lab/shipped.ts"]);
});

Deno.test("X1: a compiled program has no code cache, which would have a predictable name in /tmp", () => {
  assert(optionsOf("compile").includes("--no-code-cache"));
});

Deno.test("deno compile embeds the program and the page's files, but no packages of the tests", async () => {
  const folder = await Deno.makeTempDir();
  const [command, ...args] = compileArguments(`${folder}/pppoe-proxy`);
  try {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      // `deno task check` checks the types.
      args: [command, "--no-check", ...args],
      cwd: ROOT,
      // Avoids the download of the base binary; the embedded files are the same.
      env: { DENORT_BIN: Deno.execPath(), NO_COLOR: "1" },
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert(success, said);
    assertStringIncludes(said, "prom-client");
    const made = Buffer.from(await Deno.readFile(`${folder}/pppoe-proxy`));
    for (const name of ["index.html", "main.js", "base.css"]) {
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
