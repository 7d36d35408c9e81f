/**
 * The suite in two parts that run beside each other, each in its own network namespace: labs mostly
 * wait, so they take half of the time alone.
 */
import { resolve } from "node:path";
import { runDeno, runInNamespace } from "./lab/namespace.ts";

const TESTS = new URL(".", import.meta.url).pathname;

/**
 * Returns the paths of each part; one part if `paths` name less than the whole suite. `deno test`
 * runs a path that it is given even if an option says to ignore it, so `options` count here too.
 */
export function partsOf(
  paths: readonly string[],
  options: readonly string[],
  cores: number,
): string[][] {
  const isWhole = paths.length === 1 && paths[0]?.replace(/\/*$/, "/") === TESTS;
  if (!isWhole || cores < 2) return [[...paths]];
  const labs = `${TESTS}lab`;
  const entries = [...Deno.readDirSync(TESTS)].filter(({ name, isDirectory }) =>
    isDirectory || name.endsWith("_test.ts")
  );
  const ignored = ignoredBy(options);
  const rest = entries.map(({ name }) => TESTS + name).filter((path) =>
    path !== labs && !ignored.includes(path)
  );
  return [[labs], rest.toSorted()];
}

/** The absolute paths in options such as `--ignore=tests/fuzz,tests/run_test.ts`. */
function ignoredBy(options: readonly string[]): string[] {
  const lists = options.flatMap((option) => /^--ignore=(.*)$/.exec(option)?.[1].split(",") ?? []);
  return lists.map((path) => resolve(path));
}

/** What the parts of a run reported. */
export interface Outcome {
  /** 0 if no part failed. */
  code: number;
  /** The parts' JUnit reports; empty ones are missing. */
  reports: string[];
}

/**
 * Runs `deno test` with these words for each part, in namespaces for labs. The first part's output
 * is shown at once, that of the second after it. `folder` takes the reports.
 */
export async function runParts(
  words: readonly string[],
  [first = [], second]: readonly (readonly string[])[],
  labs: boolean,
  folder: string,
): Promise<Outcome> {
  const command = (name: string, paths: readonly string[]): string[] => [
    ...["test", `--junit-path=${folder}/${name}.xml`, ...words, ...paths],
  ];
  const report = (name: string): Promise<string> =>
    Deno.readTextFile(`${folder}/${name}.xml`).catch(() => "");
  const one = command("first", first);
  if (!labs) {
    const code = await runDeno([...one, ...(second ?? [])]);
    return { code, reports: [await report("first")] };
  }
  if (second === undefined) {
    return { code: await runInNamespace(one), reports: [await report("first")] };
  }
  const codes = await runBeside(one, command("second", second), `${folder}/second.txt`);
  return { code: Math.max(...codes), reports: await Promise.all(["first", "second"].map(report)) };
}

/** Runs both; the second's output is kept in a file until the first has ended. */
async function runBeside(
  first: readonly string[],
  second: readonly string[],
  path: string,
): Promise<number[]> {
  await Deno.writeTextFile(path, "");
  const codes = await Promise.all([runInNamespace(first), runInNamespace(second, path)]);
  using kept = await Deno.open(path);
  await kept.readable.pipeTo(Deno.stdout.writable, { preventClose: true });
  return codes;
}

const HEAD = /<testsuites [^>]*\btests="(\d+)" failures="(\d+)" errors="(\d+)"/;

/** The sum of all parts' reports, in the words of `deno test`. */
export function describeTotal(reports: readonly string[]): string {
  let [passed, failed] = [0, 0];
  for (const report of reports) {
    const [tests = 0, failures = 0, errors = 0] = (HEAD.exec(report) ?? []).slice(1).map(Number);
    const skipped = report.split("<skipped").length - 1;
    passed += tests - failures - errors - skipped;
    failed += failures + errors;
  }
  return `${failed === 0 ? "ok" : "FAILED"} | ${passed} passed | ${failed} failed (both parts)`;
}
