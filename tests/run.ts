/**
 * `deno task test [FILTER…]`: all tests, in a private network namespace. Arguments go to
 * `deno test`; those that are no option and no path filter by name.
 */
import { fetchDependencies } from "./lab/dependencies.ts";
import { runInNamespace } from "./lab/namespace.ts";

const TESTS = new URL(".", import.meta.url).pathname;

function* testFiles(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory) yield* testFiles(`${path}/`);
    else if (entry.name.endsWith("_test.ts")) yield path;
  }
}

function testArguments(args: readonly string[]): string[] {
  const paths = args.filter((arg) => /\.ts$|\//.test(arg) && !arg.startsWith("-"));
  const options = args.filter((arg) => arg.startsWith("-"));
  const words = args.filter((arg) => !paths.includes(arg) && !options.includes(arg));
  const filter = words.length === 0 ? [] : ["--filter", `/${words.map(escape).join("|")}/`];
  return [...options, ...filter, ...(paths.length === 0 ? [TESTS] : paths)];
}

function escape(text: string): string {
  return text.replace(/[^\w ]/g, "\\$&");
}

if (import.meta.main) {
  if (!await fetchDependencies([...testFiles(TESTS)])) Deno.exit(1);
  Deno.exit(await runInNamespace(["test", "-A", "--cached-only", ...testArguments(Deno.args)]));
}
