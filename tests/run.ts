/**
 * `deno task test [--install-peers] [FILTER…]`: runs all tests in a private network namespace.
 * Options and paths are passed to `deno test`; other arguments filter tests by name, also after
 * `--filter`, and words in quotes are one pattern. A test that
 * needs something that is missing is skipped, and the summary lists it. `--install-peers` first
 * installs Debian packages, and then treats a skipped test as a failure.
 */
import { buildProgram } from "./compiled/build.ts";
import { HISTORY, prepareLastRelease } from "./compat/prepare.ts";
import { installPeers } from "./install_peers.ts";
import { fetchDependencies } from "./lab/dependencies.ts";
import { labObstacle } from "./lab/namespace.ts";
import { describeTotal, partsOf, runParts } from "./parts.ts";
import { describeSkipped, type Skipped, skippedIn } from "./skipped.ts";

const TESTS = new URL(".", import.meta.url).pathname;
const DEADLINE = new URL("file_deadline.ts", import.meta.url).pathname;
const INSTALL = "--install-peers";
/** Environment variables with trusted CAs: downloads may need them, tests must not have them. */
const TRUST = ["DENO_CERT", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"];
const HOW_TO =
  `To install what is missing, run \`npx -y deno@2.9.6 task test ${INSTALL}\` as root on Debian.`;

function* testFiles(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory) yield* testFiles(`${path}/`);
    else if (entry.name.endsWith("_test.ts")) yield path;
  }
}

interface TestArguments {
  options: string[];
  paths: string[];
  /** Pattern that a test's name must match. */
  filter: RegExp | undefined;
}

export function readArguments(given: readonly string[]): TestArguments {
  const filters = given.flatMap((arg, n) =>
    given[n - 1] === "--filter" ? [arg] : arg.startsWith("--filter=") ? [arg.slice(9)] : []
  );
  const args = given.filter((arg, n) => given[n - 1] !== "--filter" && !/^--filter(=|$)/.test(arg));
  const options = args.filter((arg) => arg.startsWith("-"));
  const paths = args.filter((arg) => /\.ts$|\//.test(arg) && !options.includes(arg));
  const words = [
    ...filters,
    ...args.filter((arg) => !paths.includes(arg) && !options.includes(arg)),
  ];
  const filter = words.length === 0 ? undefined : new RegExp(words.map(escape).join("|"));
  return { options, paths: paths.length === 0 ? [TESTS] : paths, filter };
}

function escape(text: string): string {
  return text.replace(/[^\w ]/g, "\\$&");
}

/** Whether the tests to run include those of the compiled or bundled program, or last release. */
function wanted({ paths }: TestArguments): Record<"compiled" | "bundled" | "released", boolean> {
  const includes = (test: RegExp): boolean =>
    paths.some((path) => /(^|\/)tests\/?$/.test(path) || test.test(path));
  const compiled = includes(
    /(^|\/)(compiled\b|packaging\/?$)|\b(release|bundle|container|musl|deb|rpm)_test\b/,
  );
  return {
    compiled,
    bundled: compiled || includes(/\bcompile_test\b/),
    released: includes(/(^|\/)compat\b/),
  };
}

async function say(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
}

/** Runs the tests; returns the exit code and the skipped tests. */
async function runTests(args: TestArguments, labs: boolean): Promise<[number, Skipped[]]> {
  const { options, paths, filter } = args;
  const folder = await Deno.makeTempDir({ prefix: "pppoe-proxy-tests-" });
  try {
    const { compiled, bundled, released } = wanted(args);
    if (bundled) await buildProgram(folder, compiled);
    if (released) await prepareLastRelease(folder);
    for (const name of TRUST) Deno.env.delete(name);
    const filtering = filter === undefined ? [] : ["--filter", String(filter)];
    const parts = filter === undefined
      ? partsOf(paths, options, navigator.hardwareConcurrency)
      : [paths];
    const words = ["-A", "--cached-only", `--preload=${DEADLINE}`, ...options, ...filtering];
    const { code, reports } = await runParts(words, parts, labs, folder);
    if (reports.length > 1) await say(`\n${describeTotal(reports)}`);
    const skipped = reports.flatMap(skippedIn);
    // The report also has the tests that the filter excluded.
    return [code, skipped.filter(({ name }) => filter?.test(name) ?? true)];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function main(args: readonly string[]): Promise<number> {
  const complete = args.includes(INSTALL);
  if (complete) await installPeers();
  if (!await fetchDependencies([...testFiles(TESTS)])) return 1;
  const obstacle = await labObstacle();
  const rest = args.filter((arg) => arg !== INSTALL);
  const [code, skipped] = await runTests(readArguments(rest), obstacle === undefined);
  if (skipped.length === 0) return code;
  await say(`\n${describeSkipped(skipped, obstacle)}`);
  if (!complete) await say(HOW_TO);
  if (!complete || skipped.every(({ reason }) => reason === HISTORY)) return code;
  await say(`Failed: with ${INSTALL} no test may be skipped for want of a program.`);
  return code || 1;
}

if (import.meta.main) {
  Deno.exit(
    await main(Deno.args).catch(async (error) => {
      await say(error instanceof Error ? error.message : String(error));
      return 1;
    }),
  );
}
