import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("..", import.meta.url);
/** What `pppoe-proxy run` loads, apart from what it imports when it is needed. */
const RUN = "src/cli/run.ts";

/** The parts of the output of `deno info --json` that are used here. */
interface Graph {
  modules: {
    specifier: string;
    dependencies?: { isDynamic?: boolean; code?: { specifier?: string } }[];
  }[];
}

/** The modules that load with `run`, as paths in the repository, or specifiers. */
async function modulesAtStart(): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", RUN],
    cwd: ROOT.pathname,
  }).output();
  const graph: Graph = JSON.parse(new TextDecoder().decode(stdout));
  const imports = new Map(graph.modules.map(({ specifier, dependencies = [] }) => [
    specifier,
    dependencies.filter(({ isDynamic }) => isDynamic !== true)
      .flatMap(({ code }) => code?.specifier ?? []),
  ]));
  const loaded = new Set([new URL(RUN, ROOT).href]);
  for (const module of loaded) for (const next of imports.get(module) ?? []) loaded.add(next);
  return [...loaded].map((specifier) => specifier.replace(ROOT.href, ""));
}

const loaded = await modulesAtStart();

Deno.test("a daemon at rest has loaded no package but those that it starts with", () => {
  const packages = loaded.flatMap((name) => /^npm:\/?(@?[^@]+)/.exec(name)?.[1] ?? []);
  const expected = ["@logtape/logtape", "fastest-levenshtein", "smol-toml", "valibot"];
  assertEquals(packages.sort(), expected);
});

Deno.test("a daemon at rest has not loaded what only requests and other commands need", () => {
  const rooms = ["src/admin/api/", "src/admin/metrics/", "src/admin/web/", "src/cli/remote/"];
  for (const room of [...rooms, "src/capture/", "src/cli/keygen/", "src/cli/terminal/"]) {
    assertEquals(loaded.filter((name) => name.startsWith(room)), []);
  }
  const builtIn = ["node:http", "node:sqlite", "node:stream", "node:zlib"];
  assertEquals(loaded.filter((name) => builtIn.includes(name)), []);
  assert(loaded.includes("src/daemon/build.ts"), "the graph is complete");
});
