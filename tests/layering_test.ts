import { assertEquals } from "@std/assert";
import { ROOMS } from "./rooms.ts";
import { ROOT, sources } from "./sources.ts";

/** Directories from top to bottom; each imports only from those below it. */
const LAYERS = [
  "src/cli",
  "src/admin",
  "src/daemon",
  "src/proxy",
  "src/tunnel",
  "src/limits",
  "src/pppoe",
];

/** Hand-written sources: those that `deno fmt` formats, and shell scripts. */
const WRITTEN = /\.(m?[jt]s|css|html|sh)$/;

/** Imports of a file: paths from the project's root, or bare names. */
function imports(path: string): string[] {
  const text = Deno.readTextFileSync(ROOT + path);
  const names = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]);
  return names.map((name) =>
    name.startsWith(".") ? new URL(name, `file:///${path}`).pathname.slice(1) : name
  );
}

function offenders(folder: string, allowed: (name: string) => boolean): string[] {
  return [...sources(folder)].flatMap((path) =>
    imports(path).filter((name) => !allowed(name)).map((name) => `${path} imports ${name}`)
  );
}

Deno.test("ffi imports nothing from src", () => {
  assertEquals(offenders("ffi", (name) => name.startsWith("ffi/")), []);
});

Deno.test("src/pppoe imports only itself and the escaper of texts, and does no I/O", () => {
  const escaper = "src/printable.ts";
  assertEquals(imports(escaper), []);
  assertEquals(
    offenders("src/pppoe", (name) => name.startsWith("src/pppoe/") || name === escaper),
    [],
  );
  const users = [...sources("src/pppoe")].filter((path) =>
    /\b(Deno|fetch|setTimeout|setInterval|performance|Date)\b/.test(
      Deno.readTextFileSync(ROOT + path),
    )
  );
  assertEquals(users, []);
});

Deno.test("layers import only from lower layers", () => {
  for (const [index, layer] of LAYERS.entries()) {
    const above = LAYERS.slice(0, index);
    const wrong = offenders(layer, (name) => !above.some((other) => name.startsWith(other)));
    assertEquals(wrong, []);
  }
});

Deno.test("each directory imports only from those that it is known to need", () => {
  const found: Record<string, Set<string>> = {};
  for (const path of ["src", "ffi"].flatMap((folder) => [...sources(folder)])) {
    const room = path.replace(/\/[^/]*$/, "");
    const rooms = found[room] ??= new Set();
    for (const name of imports(path)) {
      const other = name.replace(/\/[^/]*$/, "");
      if (/^(src|ffi)\b/.test(other) && other !== room) rooms.add(other);
    }
  }
  const sorted = Object.entries(found).map(([room, rooms]) => [room, [...rooms].sort()]);
  assertEquals(Object.fromEntries(sorted), ROOMS);
});

Deno.test("src/state imports only src/history, src/pppoe and src/stories, and src/tunnel, src/pppoe and src/config do not import it", () => {
  const outside = /^(ffi|bench|tests|links|src)\//;
  assertEquals(
    offenders(
      "src/state",
      (name) => !outside.test(name) || /^src\/(state|history|pppoe|stories)\//.test(name),
    ),
    [],
  );
  const users = ["src/tunnel", "src/pppoe", "src/config"];
  const wrong = users.flatMap((user) => offenders(user, (name) => !name.startsWith("src/state")));
  assertEquals(wrong, []);
});

Deno.test("src/capture imports only src/pppoe", () => {
  const outside = /^(ffi|bench|tests|links|src)\//;
  assertEquals(
    offenders("src/capture", (name) => !outside.test(name) || /^src\/(capture|pppoe)\//.test(name)),
    [],
  );
});

Deno.test("only ffi calls dlopen", () => {
  const callers = [...sources("src"), ...sources("ffi")].filter((path) =>
    Deno.readTextFileSync(ROOT + path).includes("Deno.dlopen(")
  );
  assertEquals(callers, ["ffi/libc.ts"]);
});

Deno.test("no source file has more than 300 lines", () => {
  const folders = ["src", "ffi", "tests", "bench", "links", "packaging"];
  const top = [...Deno.readDirSync(ROOT)].map(({ name }) => name).filter((name) =>
    WRITTEN.test(name)
  );
  const paths = [...folders.flatMap((folder) => [...sources(folder, WRITTEN)]), ...top];
  const kinds = new Set(paths.map((path) => path.slice(path.lastIndexOf("."))));
  assertEquals([...kinds].sort(), [".css", ".html", ".js", ".sh", ".ts"]);
  const long = paths.filter((path) => Deno.readTextFileSync(ROOT + path).split("\n").length > 301);
  assertEquals(long, []);
});

/** Files by what they import of ours. */
function importGraph(): Map<string, string[]> {
  const files = ["src", "ffi", "bench", "packaging", "tests"].flatMap((
    folder,
  ) => [...sources(folder)]);
  return new Map(files.map((path) => [path, imports(path)]));
}

/** A circle of imports that `path` leads into, if any; `over` has the files that lead into none. */
function circle(
  graph: ReadonlyMap<string, string[]>,
  path: string,
  over: Set<string>,
  way: readonly string[] = [],
): string[] | undefined {
  if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
  if (over.has(path)) return undefined;
  for (const next of graph.get(path) ?? []) {
    const found = circle(graph, next, over, [...way, path]);
    if (found !== undefined) return found;
  }
  over.add(path);
  return undefined;
}

Deno.test("no file takes part in a circle of imports, types included", () => {
  const graph = importGraph();
  const over = new Set<string>();
  const found = [...graph.keys()].map((path) => circle(graph, path, over)).find(Boolean);
  assertEquals(found, undefined);
});
