import { Buffer } from "node:buffer";
import { dirname } from "node:path";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { gitCommit } from "../src/git_commit.ts";
import { bundled, bundledObstacle, compileArguments } from "./compiled/build.ts";
import { PERMISSIONS, V8_FLAGS } from "./lab/shipped.ts";
import { skipping } from "./needs.ts";

const ROOT = new URL("..", import.meta.url).pathname;

/** Options of the task `compile` that say how the program is made. */
const MAKING = [
  ...["--no-config", "--no-lock", "--unstable-net", "--no-code-cache"],
  ...["--include", "--output"],
];

const { tasks, unstable } = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`));
const [, compile] = compileArguments("dist");

function options(words: readonly string[]): string[] {
  return words.filter((word) => word.startsWith("-"));
}

Deno.test("X2: the tasks compile and serve have the permissions that the labs use", () => {
  assertEquals(options(tasks.serve.command.split(" ")), [...PERMISSIONS, V8_FLAGS]);
  const running = options(compile).filter((option) => !MAKING.includes(option));
  assertEquals(running, [...PERMISSIONS, V8_FLAGS]);
});

Deno.test("a compiled program has the unstable features of deno.json, which it does not read", () => {
  const features = unstable.map((name: string) => `--unstable-${name}`);
  assertEquals(options(compile).filter((option) => option.startsWith("--unstable")), features);
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
  assert(compile.includes("--no-code-cache"));
});

function testBundled(name: string, fn: () => void | Promise<void>): void {
  Deno.test(skipping(bundledObstacle, { name, fn }));
}

/** The files of the bundled program, each with its text. */
/** The module of further threads in the bundle. */
const THREAD = "src/shards/shard_worker.js";

function bundledFiles(): Map<string, string> {
  const top = [...Deno.readDirSync(bundled)].filter(({ isFile }) => isFile).map(({ name }) => name);
  const names = [...top, THREAD];
  return new Map(names.map((name) => [name, Deno.readTextFileSync(`${bundled}/${name}`)]));
}

/** What a bundled file is made of: the comments of the bundler that name source files. */
function sourcesIn(code: string): string[] {
  return [...code.matchAll(/^\/\/ (\S+)$/gm)].map(([, path]) => path ?? "");
}

testBundled("the bundled program has the page's files, but no packages of the tests", () => {
  const made = [...bundledFiles().values()].flatMap(sourcesIn);
  for (const name of ["index.html", "main.js", "base.css"]) {
    assert(made.includes(`src/admin/web/${name}`), `${name} is embedded`);
  }
  assert(made.some((path) => path.startsWith("npm:@platformatic/prom-client@")));
  for (const name of ["ajv", "playwright-core", "axe-core", "fast-check", "bintrees"]) {
    assertEquals(made.filter((path) => path.startsWith(`npm:${name}@`)), []);
  }
});

testBundled("the bundled program finds the module of its further threads", () => {
  const files = bundledFiles();
  assert(files.has(THREAD));
  const texts = [...files.values()];
  assertEquals(texts.filter((text) => text.includes(`"./${THREAD}"`)).length, 1);
  assertEquals(texts.filter((text) => text.includes('shard_worker.ts", import.meta.url')), []);
  assert(compile.some((word) => word.endsWith(`/bundle/${THREAD}`)), "it is embedded");
});

testBundled("the bundled program knows the commit that it was made from", () => {
  const texts = [...bundledFiles().values()];
  assertEquals(texts.filter((text) => text.includes("@COMMIT@")), []);
  const bundled = texts.flatMap((text) => /BUNDLED_COMMIT = "(.*)"/.exec(text)?.[1] ?? []);
  const commit = gitCommit(ROOT) ?? "";
  assertEquals(bundled.map((text) => text.replace(/-modified$/, "")), [commit]);
});

testBundled("the licence of each package in it comes with the bundled program", () => {
  const files = bundledFiles();
  const licences = files.get("licences.txt") ?? "";
  const packages = [...files.values()].flatMap(sourcesIn).flatMap((path) => {
    const [, name, version] = /^npm:(.[^@]*)@([^/]+)\//.exec(path) ?? [];
    return name === undefined ? [] : [`${name} ${version}`];
  });
  assert(packages.length > 0);
  for (const name of new Set(packages)) assertStringIncludes(licences, `${name}\n`);
  assertStringIncludes(licences, "Permission is hereby granted");
});

testBundled("deno compile embeds the bundled program and the licences", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(dirname(`${folder}/bundle/${THREAD}`), { recursive: true });
    for (const [name, text] of bundledFiles()) {
      await Deno.writeTextFile(`${folder}/bundle/${name}`, text);
    }
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: compileArguments(folder)[1],
      cwd: ROOT,
      // Avoids the download of the base binary; the embedded files are the same.
      env: { DENORT_BIN: Deno.execPath(), NO_COLOR: "1" },
    }).output();
    assert(success, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
    const program = await Deno.readFile(`${folder}/pppoe-proxy`);
    const made = Buffer.from(program).subarray((await Deno.stat(Deno.execPath())).size);
    for (const [name, text] of bundledFiles()) assert(made.includes(text), `${name} is embedded`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
